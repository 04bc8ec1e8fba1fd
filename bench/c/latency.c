/*
 * From the call of a send until the listener has the message, through the C ABI: `messages` at a
 * `rate` a second, after a second of others that count for nothing.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

/* What a body begins with. */
typedef struct {
    double begun;
    pid_t run;
    int counts;
} stamp_t;

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t came;
    atomic_size_t warm;
    double *times_us;
    size_t count;
} received = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, NULL, 0};

static void receive(void *userdata, ons_delivery_t **deliveries, size_t count) {
    (void)userdata;
    double now = bench_now().wall_s;
    pthread_mutex_lock(&received.mutex);
    for (size_t at = 0; at < count; ++at) {
        ons_view_t body = ons_message_body(ons_delivery_message(deliveries[at]));
        stamp_t stamp;
        memcpy(&stamp, body.data, sizeof stamp);
        if (stamp.run == getpid() && stamp.counts) {
            received.times_us[received.count++] = (now - stamp.begun) * 1e6;
        } else if (stamp.run == getpid()) {
            atomic_fetch_add(&received.warm, 1);
        }
        bench_check(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
    }
    pthread_cond_signal(&received.came);
    pthread_mutex_unlock(&received.mutex);
}

static void sent(void *userdata, ons_send_result_t *result, ons_error_t *error) {
    (void)userdata;
    bench_check(error);
    ons_send_result_free(result);
}

static void send_one(const bench_t *bench, ons_producer_t *producer, int counts) {
    uint8_t *body = calloc(1, bench->body);
    stamp_t stamp = {bench_now().wall_s, getpid(), counts};
    memcpy(body, &stamp, sizeof stamp);
    ons_message_t *message = NULL;
    bench_check(ons_message_new(bench->topic, strlen(bench->topic), body, bench->body, &message));
    bench_check(ons_producer_send_async(producer, message, sent, NULL, NULL));
    ons_message_free(message);
    free(body);
}

static void send_at_rate(const bench_t *bench, ons_producer_t *producer, size_t count, int counts) {
    double begun = bench_now().wall_s;
    for (size_t at = 0; at < count; ++at) {
        double due = begun + (double)at / (double)bench->rate;
        if (due > bench_now().wall_s) {
            struct timespec until = {(time_t)due, 0};
            until.tv_nsec = (long)((due - (double)until.tv_sec) * 1e9);
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        }
        send_one(bench, producer, counts);
    }
}

int main(int argc, char **argv) {
    bench_t bench = bench_arguments(argc, argv);
    received.times_us = calloc(bench.messages, sizeof *received.times_us);
    ons_producer_t *producer = bench_producer(&bench);
    ons_consumer_t *consumer = bench_consumer(&bench, receive);
    /* Until the consumer has its queues. */
    while (atomic_load(&received.warm) == 0) {
        send_at_rate(&bench, producer, bench.rate, 0);
    }
    send_at_rate(&bench, producer, bench.rate, 0);
    bench_mark_t begun = bench_now();
    send_at_rate(&bench, producer, bench.messages, 1);
    pthread_mutex_lock(&received.mutex);
    while (received.count < bench.messages) {
        pthread_cond_wait(&received.came, &received.mutex);
    }
    pthread_mutex_unlock(&received.mutex);
    bench_report(&bench, begun, received.times_us, bench.messages);
    bench_check(ons_producer_shutdown(producer));
    bench_check(ons_consumer_shutdown(consumer));
    ons_producer_free(producer);
    ons_consumer_free(consumer);
    return 0;
}
