/*
 * What clients cost that have nothing to do, for `seconds`: `producers` in one process that have
 * sent one message each, and a consumer of `topics` topics, of each of which it has received the
 * first message. None of either if the number is 0.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "bench.h"

/* Until what the start has begun is over. */
enum { SETTLING_S = 3 };

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t came;
    size_t count;
} received = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static void receive(void *userdata, ons_delivery_t **deliveries, size_t count) {
    (void)userdata;
    for (size_t at = 0; at < count; ++at) {
        bench_check(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
    }
    pthread_mutex_lock(&received.mutex);
    received.count += count;
    pthread_cond_signal(&received.came);
    pthread_mutex_unlock(&received.mutex);
}

static void name_of(const bench_t *bench, size_t topic, char *out, size_t room) {
    snprintf(out, room, "%s-%zu", bench->topic, topic);
}

static ons_producer_t *started_producer(const bench_t *bench) {
    ons_config_t *config = bench_config(bench);
    ons_producer_t *producer = NULL;
    bench_check(ons_producer_new(config, &producer));
    ons_config_free(config);
    bench_check(ons_producer_start(producer));
    return producer;
}

static void stop(ons_producer_t *producer) {
    bench_check(ons_producer_shutdown(producer));
    ons_producer_free(producer);
}

static void send_to(const bench_t *bench, ons_producer_t *producer, size_t topic) {
    char name[256];
    name_of(bench, topic, name, sizeof name);
    bench_t of_topic = *bench;
    of_topic.topic = name;
    ons_message_t *message = bench_message(&of_topic);
    bench_check(ons_producer_send(producer, message, NULL));
    ons_message_free(message);
}

/* A consumer of all topics, once it has received from each. */
static ons_consumer_t *started_consumer(const bench_t *bench) {
    ons_producer_t *first = started_producer(bench);
    for (size_t topic = 0; topic < bench->topics; ++topic) {
        send_to(bench, first, topic);
    }
    stop(first);
    ons_config_t *config = bench_config(bench);
    ons_consumer_t *consumer = NULL;
    bench_check(
        ons_config_set(config, ONS_STR("ConsumeFromWhere"), ONS_STR("CONSUME_FROM_FIRST_OFFSET")));
    bench_check(ons_consumer_new(config, &consumer));
    ons_config_free(config);
    for (size_t topic = 0; topic < bench->topics; ++topic) {
        char name[256];
        name_of(bench, topic, name, sizeof name);
        bench_check(ons_consumer_subscribe(consumer, name, strlen(name), ONS_STR("*"), receive,
                                           NULL, NULL));
    }
    bench_check(ons_consumer_start(consumer));
    pthread_mutex_lock(&received.mutex);
    while (received.count < bench->topics) {
        pthread_cond_wait(&received.came, &received.mutex);
    }
    pthread_mutex_unlock(&received.mutex);
    return consumer;
}

static void wait_s(size_t seconds) {
    struct timespec time = {(time_t)seconds, 0};
    nanosleep(&time, NULL);
}

/* Of all threads, also those that have ended; /proc/self/status has those of the first alone. */
static struct rusage used(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage;
}

static void measure(const bench_t *bench) {
    struct rusage before = used();
    bench_mark_t begun = bench_now();
    wait_s(bench->seconds);
    struct rusage after = used();
    bench_mark_t ended = bench_now();
    double wall_s = ended.wall_s - begun.wall_s, cpu_s = ended.cpu_s - begun.cpu_s;
    printf("{\"client\":\"%s\",\"language\":\"C\",\"scenario\":\"%s\",\"producers\":%zu,"
           "\"topics\":%zu,\"seconds\":%zu,",
           bench->client, bench->scenario, bench->producers, bench->topics, bench->seconds);
    printf("\"cpu_ms_per_min\":%.1f,\"cpu_percent_of_a_core\":%.3f,", cpu_s / wall_s * 60e3,
           cpu_s / wall_s * 100);
    printf("\"voluntary_switches_per_s\":%.1f,\"involuntary_switches_per_s\":%.1f,",
           (double)(after.ru_nvcsw - before.ru_nvcsw) / wall_s,
           (double)(after.ru_nivcsw - before.ru_nivcsw) / wall_s);
    printf("\"process_threads\":%.0f,\"client_rss_mib\":%.1f,\"server\":\"%s\"}\n",
           bench_status("Threads:"), bench_status("VmRSS:") / 1024, bench->server);
    fflush(stdout);
}

int main(int argc, char **argv) {
    bench_t bench = bench_arguments(argc, argv);
    ons_consumer_t *consumer = bench.topics > 0 ? started_consumer(&bench) : NULL;
    ons_producer_t **producers = calloc(bench.producers + 1, sizeof *producers);
    for (size_t at = 0; at < bench.producers; ++at) {
        producers[at] = started_producer(&bench);
        send_to(&bench, producers[at], 0);
    }
    wait_s(SETTLING_S);
    measure(&bench);
    for (size_t at = 0; at < bench.producers; ++at) {
        stop(producers[at]);
    }
    free(producers);
    if (consumer != NULL) {
        bench_check(ons_consumer_shutdown(consumer));
        ons_consumer_free(consumer);
    }
    return 0;
}
