/*
 * Consumes `messages` that a topic holds, through the C ABI. scenario=drain: each message is a
 * delivery of its own. scenario=lists: deliveries are lists of up to ConsumeMessageBatchMaxSize.
 * scenario=ordered-drain: each queue's messages come in order.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bench.h"

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t all;
    atomic_size_t count;
    size_t wanted;
    bench_mark_t begun;
} received = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, {0, 0}};

static void receive(void *userdata, ons_delivery_t **deliveries, size_t count) {
    (void)userdata;
    size_t messages = 0;
    for (size_t at = 0; at < count; ++at) {
        messages += ons_delivery_count(deliveries[at]);
    }
    bench_check(ons_deliveries_complete((const ons_delivery_t *const *)deliveries, count,
                                        ONS_ACTION_COMMIT_MESSAGE));
    ons_deliveries_free(deliveries, count);
    size_t before = atomic_fetch_add(&received.count, messages);
    if (before == 0) {
        received.begun = bench_now();
    }
    if (before < received.wanted && before + messages >= received.wanted) {
        pthread_mutex_lock(&received.mutex);
        pthread_cond_signal(&received.all);
        pthread_mutex_unlock(&received.mutex);
    }
}

int main(int argc, char **argv) {
    bench_t bench = bench_arguments(argc, argv);
    received.wanted = bench.messages;
    ons_consumer_t *consumer = bench_consumer(&bench, receive);
    pthread_mutex_lock(&received.mutex);
    while (atomic_load(&received.count) < received.wanted) {
        pthread_cond_wait(&received.all, &received.mutex);
    }
    pthread_mutex_unlock(&received.mutex);
    bench_report(&bench, received.begun, NULL, 0);
    bench_check(ons_consumer_shutdown(consumer));
    ons_consumer_free(consumer);
    return 0;
}
