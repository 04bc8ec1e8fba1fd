/*
 * Sends through the C ABI: scenario=blocking (threads=N), ordered (the same, each thread with a
 * sharding key of its own), async (in_flight=N), many (many=N) or oneway.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static const bench_t *bench;
static ons_producer_t *producer;
static atomic_size_t failed;

typedef struct {
    size_t messages;
    double *times_us;
    size_t thread;
} blocking_t;

static void *send_blocking(void *argument) {
    blocking_t *part = argument;
    char key[32];
    size_t key_len = (size_t)snprintf(key, sizeof key, "%zu", part->thread);
    bool ordered = strcmp(bench->scenario, "ordered") == 0;
    for (size_t at = 0; at < part->messages; ++at) {
        double begun = bench_now().wall_s;
        ons_message_t *message = bench_message(bench);
        if (ordered) {
            bench_check(ons_message_set_sharding_key(message, key, key_len));
        }
        bench_check(ons_producer_send(producer, message, NULL));
        ons_message_free(message);
        part->times_us[at] = (bench_now().wall_s - begun) * 1e6;
    }
    return NULL;
}

static void blocking(void) {
    size_t each = bench->messages / bench->threads;
    double *times = calloc(bench->messages, sizeof *times);
    pthread_t *threads = calloc(bench->threads, sizeof *threads);
    blocking_t *parts = calloc(bench->threads, sizeof *parts);
    bench_mark_t begun = bench_now();
    for (size_t at = 0; at < bench->threads; ++at) {
        parts[at] = (blocking_t){each, times + at * each, at};
        pthread_create(&threads[at], NULL, send_blocking, &parts[at]);
    }
    for (size_t at = 0; at < bench->threads; ++at) {
        pthread_join(threads[at], NULL);
    }
    bench_report(bench, begun, times, each * bench->threads);
}

/* How many are in flight, and at how many a thread waits no longer. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t few;
    atomic_size_t count;
    atomic_size_t waits_for;
} in_flight = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, SIZE_MAX};

static void wait_for_at_most(size_t count) {
    if (atomic_load(&in_flight.count) <= count) {
        return;
    }
    pthread_mutex_lock(&in_flight.mutex);
    atomic_store(&in_flight.waits_for, count);
    while (atomic_load(&in_flight.count) > count) {
        pthread_cond_wait(&in_flight.few, &in_flight.mutex);
    }
    atomic_store(&in_flight.waits_for, SIZE_MAX);
    pthread_mutex_unlock(&in_flight.mutex);
}

/* Makes room for more, by half at once where that is enough: each waiting costs a wake-up. */
static void make_room(size_t more) {
    size_t half = bench->in_flight / 2;
    if (atomic_load(&in_flight.count) + more > bench->in_flight) {
        wait_for_at_most(more <= half ? half : 0);
    }
    atomic_fetch_add(&in_flight.count, more);
}

static void fewer(size_t count) {
    size_t left = atomic_fetch_sub(&in_flight.count, count) - count;
    size_t few = atomic_load(&in_flight.waits_for);
    if (left <= few && few - left < count) {
        pthread_mutex_lock(&in_flight.mutex);
        pthread_cond_signal(&in_flight.few);
        pthread_mutex_unlock(&in_flight.mutex);
    }
}

static void sent(void *userdata, ons_send_result_t *result, ons_error_t *error) {
    (void)userdata;
    if (error != NULL) {
        atomic_fetch_add(&failed, 1);
        ons_error_free(error);
    }
    ons_send_result_free(result);
    fewer(1);
}

static void asynchronous(void) {
    bench_mark_t begun = bench_now();
    for (size_t at = 0; at < bench->messages; ++at) {
        make_room(1);
        ons_message_t *message = bench_message(bench);
        bench_check(ons_producer_send_async(producer, message, sent, NULL, NULL));
        ons_message_free(message);
    }
    wait_for_at_most(0);
    bench_report(bench, begun, NULL, 0);
}

static void all_sent(void *userdata, ons_send_result_t **results, ons_error_t **errors,
                     size_t count) {
    (void)userdata;
    for (size_t at = 0; at < count; ++at) {
        if (errors[at] != NULL) {
            atomic_fetch_add(&failed, 1);
            ons_error_free(errors[at]);
        }
        ons_send_result_free(results[at]);
    }
    fewer(count);
}

static void many(void) {
    ons_message_t **messages = calloc(bench->many, sizeof *messages);
    bench_mark_t begun = bench_now();
    for (size_t at = 0; at < bench->messages; at += bench->many) {
        make_room(bench->many);
        for (size_t each = 0; each < bench->many; ++each) {
            messages[each] = bench_message(bench);
        }
        bench_check(ons_producer_send_many_async(producer, (const ons_message_t *const *)messages,
                                                 bench->many, all_sent, NULL, NULL));
        for (size_t each = 0; each < bench->many; ++each) {
            ons_message_free(messages[each]);
        }
    }
    wait_for_at_most(0);
    bench_report(bench, begun, NULL, 0);
    free(messages);
}

static void oneway(void) {
    bench_mark_t begun = bench_now();
    for (size_t at = 0; at < bench->messages; ++at) {
        ons_message_t *message = bench_message(bench);
        bench_check(ons_producer_send_oneway(producer, message));
        ons_message_free(message);
    }
    bench_report(bench, begun, NULL, 0);
}

int main(int argc, char **argv) {
    bench_t arguments = bench_arguments(argc, argv);
    bench = &arguments;
    producer = bench_producer(bench);
    struct {
        const char *name;
        void (*run)(void);
    } scenarios[] = {{"blocking", blocking},
                     {"ordered", blocking},
                     {"async", asynchronous},
                     {"many", many},
                     {"oneway", oneway}};
    int known = 0;
    for (size_t at = 0; at < sizeof scenarios / sizeof *scenarios; ++at) {
        if (strcmp(scenarios[at].name, bench->scenario) == 0) {
            scenarios[at].run();
            known = 1;
        }
    }
    bench_check(ons_producer_shutdown(producer));
    ons_producer_free(producer);
    if (!known) {
        fprintf(stderr, "no scenario %s\n", bench->scenario);
        return 2;
    }
    if (failed > 0) {
        fprintf(stderr, "%zu messages were not stored\n", (size_t)failed);
        return 1;
    }
    return 0;
}
