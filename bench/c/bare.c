/*
 * The ceiling of sends: prepared frames, written as they are, their answers read and dropped.
 * scenario=blocking: one at a time. scenario=async: with in_flight requests under way, of `many`
 * messages each.
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "wire.h"

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
    uint8_t *request = wire_frame(many == 1 ? 310 : 320, 1, fields, body, body_len, len);
    free(body);
    return request;
}

int main(int argc, char **argv) {
    bench_t bench = bench_arguments(argc, argv);
    bench.client = "bare";
    int blocking = strcmp(bench.scenario, "blocking") == 0;
    size_t many = blocking ? 1 : bench.many;
    size_t window = blocking ? 1 : bench.in_flight;
    size_t requests = bench.messages / many;
    wire_t *wire = wire_open(wire_holder(&bench).address);
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
            wire_send(wire, frames[sent % 4], lengths[sent % 4]);
            ++sent;
        }
        wire_answer(wire);
        ++answered;
        if (blocking) {
            times[answered - 1] = (bench_now().wall_s - start) * 1e6;
        }
    }
    bench_report(&bench, begun, blocking ? times : NULL, blocking ? requests : 0);
    for (size_t queue = 0; queue < 4; ++queue) {
        free(frames[queue]);
    }
    free(times);
    wire_close(wire);
    return 0;
}
