/*
 * The ceiling of sends: prepared frames, written as they are, their answers read and dropped.
 * scenario=blocking: one at a time. scenario=async: with in_flight requests under way, of `many`
 * messages each; those that there is room for are written together, as a client would. threads=N:
 * over so many connections.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "requests.h"
#include "wire.h"

/* What one connection sends. */
typedef struct {
    const bench_t *bench;
    const char *address;
    size_t many;
    size_t window;
    size_t requests;
    /* Of each request, or NULL. */
    double *times_us;
} part_of_t;

static void *send_all(void *argument) {
    enum { QUEUES = 4 };
    const part_of_t *part = argument;
    wire_t *wire = wire_open(part->address);
    uint8_t *frames[QUEUES];
    size_t lengths[QUEUES];
    for (size_t queue = 0; queue < QUEUES; ++queue) {
        frames[queue] = send_of(part->bench, queue, part->many, &lengths[queue]);
    }
    size_t sent = 0, answered = 0;
    while (answered < part->requests) {
        double start = part->times_us == NULL ? 0 : bench_now().wall_s;
        while (sent < part->requests && sent - answered < part->window) {
            wire_put(wire, frames[sent % QUEUES], lengths[sent % QUEUES]);
            ++sent;
        }
        wire_flush(wire);
        do {
            wire_answer(wire);
            ++answered;
        } while (wire_has_answer(wire));
        if (part->times_us != NULL) {
            part->times_us[answered - 1] = (bench_now().wall_s - start) * 1e6;
        }
    }
    for (size_t queue = 0; queue < QUEUES; ++queue) {
        free(frames[queue]);
    }
    wire_close(wire);
    return NULL;
}

int main(int argc, char **argv) {
    bench_t bench = bench_arguments(argc, argv);
    bench.client = "bare";
    int blocking = strcmp(bench.scenario, "blocking") == 0;
    size_t many = blocking ? 1 : bench.many;
    size_t each = bench.messages / many / bench.threads;
    size_t window = blocking ? 1 : bench.in_flight / bench.threads;
    if (window == 0 || each * many * bench.threads != bench.messages) {
        fprintf(stderr, "messages and in_flight are to be enough for all threads, and messages a "
                        "multiple of many * threads\n");
        return 2;
    }
    holder_t holder = wire_holder(&bench);
    double *times = blocking ? calloc(each * bench.threads, sizeof *times) : NULL;
    pthread_t *threads = calloc(bench.threads, sizeof *threads);
    part_of_t *parts = calloc(bench.threads, sizeof *parts);
    bench_mark_t begun = bench_now();
    for (size_t at = 0; at < bench.threads; ++at) {
        parts[at] = (part_of_t){.bench = &bench,
                                .address = holder.address,
                                .many = many,
                                .window = window,
                                .requests = each,
                                .times_us = blocking ? times + at * each : NULL};
        pthread_create(&threads[at], NULL, send_all, &parts[at]);
    }
    for (size_t at = 0; at < bench.threads; ++at) {
        pthread_join(threads[at], NULL);
    }
    bench_report(&bench, begun, times, blocking ? each * bench.threads : 0);
    free(parts);
    free(threads);
    free(times);
    return 0;
}
