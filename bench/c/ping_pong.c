/*
 * What the network alone takes: as many bytes as a request with a small message and its answer
 * have, there and back over loopback, between two processes.
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "wire.h"

enum { BYTES = 600 };

static void read_all(int peer, char *bytes) {
    for (size_t at = 0; at < BYTES;) {
        ssize_t more = recv(peer, bytes + at, BYTES - at, 0);
        if (more <= 0) {
            wire_fail("recv");
        }
        at += (size_t)more;
    }
}

static void write_all(int peer, const char *bytes) {
    if (send(peer, bytes, BYTES, 0) != BYTES) {
        wire_fail("send");
    }
}

/* Sends back what comes, so many times. */
static void echo(int listener, size_t count) {
    char bytes[BYTES];
    int peer = accept(listener, NULL, NULL), on = 1;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (size_t at = 0; at < count; ++at) {
        read_all(peer, bytes);
        write_all(peer, bytes);
    }
}

int main(int argc, char **argv) {
    bench_t bench = bench_arguments(argc, argv);
    bench.client = "TCP";
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof own;
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (bind(listener, (struct sockaddr *)&own, len) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&own, &len) != 0) {
        wire_fail("listen");
    }
    if (fork() == 0) {
        echo(listener, bench.messages);
        return 0;
    }
    int peer = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(peer, (struct sockaddr *)&own, len) != 0) {
        wire_fail("connect");
    }
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    char bytes[BYTES] = {0};
    double *times = calloc(bench.messages, sizeof *times);
    bench_mark_t begun = bench_now();
    for (size_t at = 0; at < bench.messages; ++at) {
        double start = bench_now().wall_s;
        write_all(peer, bytes);
        read_all(peer, bytes);
        times[at] = (bench_now().wall_s - start) * 1e6;
    }
    bench_report(&bench, begun, times, bench.messages);
    free(times);
    close(peer);
    wait(NULL);
    return 0;
}
