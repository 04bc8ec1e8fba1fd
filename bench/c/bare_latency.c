/*
 * The floor of the time to a listener: one connection sends prepared messages at a `rate` a second
 * to one queue, another has a pull held there. The first second counts for nothing.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"
#include "requests.h"
#include "wire.h"

enum { GET_MAX_OFFSET = 30, HELD_MS = 15000 };

typedef struct {
    const bench_t *bench;
    const char *address;
    size_t count;
    /* When each was sent. */
    double *sent_s;
} sender_t;

static void *send_all(void *argument) {
    const sender_t *sender = argument;
    wire_t *wire = wire_open(sender->address);
    size_t len;
    uint8_t *frame = send_of(sender->bench, 0, 1, &len);
    double begun = bench_now().wall_s;
    for (size_t at = 0; at < sender->count; ++at) {
        double wait = begun + (double)at / (double)sender->bench->rate - bench_now().wall_s;
        if (wait > 0) {
            struct timespec pause = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};
            nanosleep(&pause, NULL);
        }
        sender->sent_s[at] = bench_now().wall_s;
        wire_send(wire, frame, len);
        wire_answer(wire);
    }
    free(frame);
    wire_close(wire);
    return NULL;
}

static size_t max_offset(wire_t *wire, const bench_t *bench) {
    const field_t fields[] = {{"topic", bench->topic}, {"queueId", "0"}};
    size_t len;
    uint8_t *frame = wire_frame(GET_MAX_OFFSET, 0, fields, 2, NULL, 0, &len);
    wire_send(wire, frame, len);
    free(frame);
    return wire_number(wire_answer(wire), "\"offset\":\"");
}

int main(int argc, char **argv) {
    bench_t bench = bench_arguments(argc, argv);
    /* The client makes the topic. */
    ons_producer_t *producer = bench_producer(&bench);
    bench_check(ons_producer_shutdown(producer));
    ons_producer_free(producer);
    bench.client = "bare";
    holder_t holder = wire_holder(&bench);
    wire_t *wire = wire_open(holder.address);
    pulls_t pulls = pulls_of(&bench, 0, HELD_MS);
    pull_from(wire, &pulls, max_offset(wire, &bench));
    size_t warm = bench.rate, all = warm + bench.messages, received = 0;
    sender_t sender = {&bench, holder.address, all, calloc(all, sizeof(double))};
    double *times_us = calloc(bench.messages, sizeof *times_us);
    pthread_t thread;
    pthread_create(&thread, NULL, send_all, &sender);
    bench_mark_t begun = bench_now();
    while (received < all) {
        size_t next = wire_number(wire_answer(wire), "\"nextBeginOffset\":\"");
        double now = bench_now().wall_s;
        for (; pulls.offset < next && received < all; ++pulls.offset, ++received) {
            if (received >= warm) {
                times_us[received - warm] = (now - sender.sent_s[received]) * 1e6;
            } else {
                begun = bench_now();
            }
        }
        pull_from(wire, &pulls, next);
    }
    pthread_join(thread, NULL);
    bench_report(&bench, begun, times_us, bench.messages);
    free(pulls.frame);
    free(sender.sent_s);
    free(times_us);
    wire_close(wire);
    return 0;
}
