/*
 * The ceiling: prepared frames, written as they are, their answers read and dropped.
 * scenario=blocking: one at a time. scenario=async: with in_flight requests under way, of `many`
 * messages each.
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

static void fail(const char *what) {
    perror(what);
    exit(1);
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

/* A frame with a JSON header. The caller frees it. */
static uint8_t *frame(int code, const char *fields, const uint8_t *body, size_t body_len,
                      size_t *len) {
    char header[2048];
    int header_len = snprintf(header, sizeof header,
                              "{\"code\":%d,\"language\":\"RUST\",\"version\":407,\"opaque\":1,"
                              "\"flag\":0,\"extFields\":{%s},\"serializeTypeCurrentRPC\":\"JSON\"}",
                              code, fields);
    uint32_t length = htonl((uint32_t)(4 + header_len + (int)body_len));
    uint32_t mark = htonl((uint32_t)header_len);
    *len = 8 + (size_t)header_len + body_len;
    uint8_t *out = malloc(*len);
    memcpy(out, &length, 4);
    memcpy(out + 4, &mark, 4);
    memcpy(out + 8, header, (size_t)header_len);
    memcpy(out + 8 + header_len, body, body_len);
    return out;
}

/* Answers, as they come in pieces. */
typedef struct {
    int peer;
    size_t have;
    uint8_t bytes[1 << 16];
} answers_t;

/* Reads until at least one answer is whole; how many are. */
static size_t take(answers_t *answers) {
    for (;;) {
        size_t count = 0, at = 0;
        while (answers->have - at >= 4) {
            uint32_t length;
            memcpy(&length, answers->bytes + at, 4);
            if (answers->have - at < 4 + ntohl(length)) {
                break;
            }
            at += 4 + ntohl(length);
            ++count;
        }
        memmove(answers->bytes, answers->bytes + at, answers->have - at);
        answers->have -= at;
        if (count > 0) {
            return count;
        }
        ssize_t more = recv(answers->peer, answers->bytes + answers->have,
                            sizeof answers->bytes - answers->have, 0);
        if (more <= 0) {
            fail("recv");
        }
        answers->have += (size_t)more;
    }
}

/* The address of the broker that holds the topic, as the name server knows it. */
static void broker_of(const bench_t *bench, char *out, size_t room) {
    char fields[256];
    answers_t answers = {.peer = dial(bench->address)};
    snprintf(fields, sizeof fields, "\"topic\":\"%s\",\"acceptStandardJsonOnly\":\"true\"",
             bench->topic);
    size_t len;
    uint8_t *request = frame(105, fields, (const uint8_t *)"", 0, &len);
    if (send(answers.peer, request, len, 0) != (ssize_t)len) {
        fail("send");
    }
    ssize_t have = recv(answers.peer, answers.bytes, sizeof answers.bytes - 1, 0);
    close(answers.peer);
    free(request);
    for (ssize_t at = 0; at + 5 < have; ++at) {
        if (memcmp(answers.bytes + at, "\"0\":\"", 5) == 0) {
            const char *address = (const char *)answers.bytes + at + 5;
            snprintf(out, room, "%.*s", (int)strcspn(address, "\""), address);
            return;
        }
    }
    fprintf(stderr, "no route for %s\n", bench->topic);
    exit(1);
}

static void put(uint8_t **out, uint32_t value) {
    value = htonl(value);
    memcpy(*out, &value, 4);
    *out += 4;
}

/* A request for queue `queue` that stores `many` messages. */
static uint8_t *request_of(const bench_t *bench, size_t queue, size_t many, size_t *len) {
    static const char properties[] = "UNIQ_KEY\0017F00000165F6227C24E177BF81F20000\002";
    size_t property_len = sizeof properties - 1;
    size_t entry = 22 + bench->body + property_len;
    size_t body_len = many == 1 ? bench->body : many * entry;
    uint8_t *body = malloc(body_len), *at = body;
    memset(body, 'x', body_len);
    for (size_t each = 0; many > 1 && each < many; ++each) {
        put(&at, (uint32_t)entry);
        put(&at, 0);
        put(&at, 0);
        put(&at, 0);
        put(&at, (uint32_t)bench->body);
        at += bench->body;
        uint16_t length = htons((uint16_t)property_len);
        memcpy(at, &length, 2);
        memcpy(at + 2, properties, property_len);
        at += 2 + property_len;
    }
    char fields[512];
    snprintf(fields, sizeof fields,
             "\"a\":\"GID_bench\",\"b\":\"%s\",\"c\":\"TBW102\",\"d\":\"4\",\"e\":\"%zu\","
             "\"f\":\"0\",\"g\":\"1795426177144\",\"h\":\"0\","
             "\"i\":\"UNIQ_KEY\\u00017F00000165F6227C24E177BF81F20000\\u0002\",\"j\":\"0\","
             "\"k\":\"false\",\"m\":\"%s\"",
             bench->topic, queue, many == 1 ? "false" : "true");
    uint8_t *request = frame(many == 1 ? 310 : 320, fields, body, body_len, len);
    free(body);
    return request;
}

int main(int argc, char **argv) {
    bench_t bench = bench_arguments(argc, argv);
    int blocking = strcmp(bench.scenario, "blocking") == 0;
    size_t many = blocking ? 1 : bench.many;
    size_t window = blocking ? 1 : bench.in_flight;
    size_t requests = bench.messages / many;
    char address[128];
    broker_of(&bench, address, sizeof address);
    answers_t *answers = calloc(1, sizeof *answers);
    answers->peer = dial(address);
    uint8_t *frames[4];
    size_t lengths[4];
    for (size_t queue = 0; queue < 4; ++queue) {
        frames[queue] = request_of(&bench, queue, many, &lengths[queue]);
    }
    double *times = calloc(requests, sizeof *times);
    bench_mark_t begun = bench_now();
    size_t sent = 0, answered = 0;
    while (answered < requests) {
        double start = blocking ? bench_now().wall_s : 0;
        while (sent < requests && sent - answered < window) {
            size_t len = lengths[sent % 4], at = 0;
            while (at < len) {
                ssize_t more = send(answers->peer, frames[sent % 4] + at, len - at, 0);
                if (more <= 0) {
                    fail("send");
                }
                at += (size_t)more;
            }
            ++sent;
        }
        answered += take(answers);
        if (blocking) {
            times[answered - 1] = (bench_now().wall_s - start) * 1e6;
        }
    }
    bench_report(&bench, begun, blocking ? times : NULL, blocking ? requests : 0);
    for (size_t queue = 0; queue < 4; ++queue) {
        free(frames[queue]);
    }
    free(times);
    close(answers->peer);
    free(answers);
    return 0;
}
