/*
 * What a blocking send through the C ABI costs over a bare ping-pong of the same bytes with the
 * same server.
 *
 *     latency [NAMESRV_ADDR [MESSAGES]]
 *
 * Without an address it starts the dev server. Prints one JSON object a line, in microseconds.
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "onsmq.h"

#define TOPIC "bench_latency"
#define BODY 128

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void check(ons_error_t *error) {
    if (error != NULL) {
        ons_view_t text = ons_error_message(error);
        fprintf(stderr, "%.*s\n", (int)text.len, (const char *)text.data);
        exit(1);
    }
}

static double now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double report(const char *what, double *times, size_t count) {
    qsort(times, count, sizeof *times, compare);
    printf("{\"scenario\":\"%s\",\"body_bytes\":%d,\"messages\":%zu,\"p50_us\":%.1f,\"p99_us\":%."
           "1f}\n",
           what, BODY, count, times[count / 2], times[count * 99 / 100]);
    return times[count / 2];
}

/* One frame out, one frame back: the length field says how long each is. */
static size_t exchange(int peer, const uint8_t *frame, size_t len, char *answer, size_t room) {
    if (send(peer, frame, len, 0) != (ssize_t)len) {
        fail("send");
    }
    size_t have = 0, whole = 4;
    while (have < whole) {
        ssize_t more = recv(peer, answer + have, room - 1 - have, 0);
        if (more <= 0) {
            fail("recv");
        }
        have += (size_t)more;
        if (have >= 4) {
            uint32_t length;
            memcpy(&length, answer, 4);
            whole = 4 + ntohl(length);
        }
    }
    answer[have] = 0;
    return have;
}

static int dial(const char *address) {
    char host[64];
    const char *colon = strrchr(address, ':');
    snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
    inet_pton(AF_INET, host, &to.sin_addr);
    int peer = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (connect(peer, (struct sockaddr *)&to, sizeof to) != 0) {
        fail(address);
    }
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return peer;
}

static size_t frame(uint8_t *out, int code, const char *fields, const void *body, size_t body_len) {
    char header[1024];
    int header_len = snprintf(header, sizeof header,
                              "{\"code\":%d,\"language\":\"RUST\",\"version\":407,\"opaque\":1,"
                              "\"flag\":0,\"extFields\":{%s},\"serializeTypeCurrentRPC\":\"JSON\"}",
                              code, fields);
    uint32_t length = htonl((uint32_t)(4 + header_len + (int)body_len));
    uint32_t mark = htonl((uint32_t)header_len);
    memcpy(out, &length, 4);
    memcpy(out + 4, &mark, 4);
    memcpy(out + 8, header, (size_t)header_len);
    memcpy(out + 8 + header_len, body, body_len);
    return 8 + (size_t)header_len + body_len;
}

/* The address of the broker that holds the topic, as the name server knows it. */
static void broker_of(const char *namesrv, char *out, size_t room) {
    uint8_t request[2048];
    char answer[65536];
    int peer = dial(namesrv);
    size_t len =
        frame(request, 105, "\"topic\":\"" TOPIC "\",\"acceptStandardJsonOnly\":\"true\"", "", 0);
    size_t have = exchange(peer, request, len, answer, sizeof answer);
    close(peer);
    for (size_t at = 0; at + 5 < have; ++at) {
        if (memcmp(answer + at, "\"0\":\"", 5) == 0) {
            snprintf(out, room, "%.*s", (int)strcspn(answer + at + 5, "\""), answer + at + 5);
            return;
        }
    }
    fprintf(stderr, "no route for %s\n", TOPIC);
    exit(1);
}

static double bare(const char *namesrv, size_t count, double *times) {
    char address[128], answer[65536];
    broker_of(namesrv, address, sizeof address);
    uint8_t request[4096], body[BODY];
    memset(body, 'b', sizeof body);
    size_t len = frame(request, 310,
                       "\"a\":\"GID_bench\",\"b\":\"" TOPIC "\",\"c\":\"TBW102\",\"d\":\"4\","
                       "\"e\":\"0\",\"f\":\"0\",\"g\":\"1795426177144\",\"h\":\"0\","
                       "\"i\":\"UNIQ_KEY\\u00017F00000165F6227C24E177BF81F20000\\u0002\","
                       "\"j\":\"0\",\"k\":\"false\",\"m\":\"false\"",
                       body, sizeof body);
    int peer = dial(address);
    for (size_t at = 0; at < count; ++at) {
        double start = now_us();
        exchange(peer, request, len, answer, sizeof answer);
        times[at] = now_us() - start;
    }
    close(peer);
    return report("bare ping-pong", times, count);
}

static double through_abi(ons_producer_t *producer, size_t count, double *times) {
    uint8_t body[BODY];
    memset(body, 'b', sizeof body);
    ons_message_t *message = NULL;
    check(ons_message_new(ONS_STR(TOPIC), body, sizeof body, &message));
    for (size_t at = 0; at < count; ++at) {
        double start = now_us();
        check(ons_producer_send(producer, message, NULL));
        times[at] = now_us() - start;
    }
    ons_message_free(message);
    return report("blocking send", times, count);
}

int main(int argc, char **argv) {
    size_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 20000;
    ons_dev_server_t *server = NULL;
    char address[128];
    if (argc > 1) {
        snprintf(address, sizeof address, "%s", argv[1]);
    } else {
        check(ons_dev_server_start(NULL, &server));
        ons_view_t view = ons_dev_server_namesrv_addr(server);
        snprintf(address, sizeof address, "%.*s", (int)view.len, (const char *)view.data);
    }
    ons_config_t *config = ons_config_new();
    check(ons_config_set(config, ONS_STR("NAMESRV_ADDR"), ONS_CSTR(address)));
    ons_producer_t *producer = NULL;
    check(ons_producer_new(config, &producer));
    ons_config_free(config);
    check(ons_producer_start(producer));

    double *times = calloc(count, sizeof *times);
    /* The first round makes the topic and warms both sides up. */
    through_abi(producer, count / 10 + 1, times);
    double with = through_abi(producer, count, times);
    double without = bare(address, count, times);
    printf("{\"scenario\":\"added by the ABI\",\"p50_us\":%.1f}\n", with - without);
    free(times);
    check(ons_producer_shutdown(producer));
    ons_producer_free(producer);
    ons_dev_server_free(server);
    return 0;
}
