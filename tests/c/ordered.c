/* Ordered messages: sharding keys, one at a time in a queue, and a pause. */
#include "scenarios.h"

#define SHARDS 8
#define EACH 50

typedef struct {
    pthread_mutex_t mutex;
    size_t next[SHARDS];
    int suspended[SHARDS];
    counter_t received;
} shards_t;

/* The numbers of each shard come in their order, also when one of them was suspended. */
static void receive(void *userdata, ons_delivery_t **deliveries, size_t count) {
    shards_t *shards = userdata;
    for (size_t at = 0; at < count; ++at) {
        const ons_message_t *message = ons_delivery_message(deliveries[at]);
        size_t shard = 0, number = 0;
        ons_view_t body = ons_message_body(message);
        CHECK(sscanf((const char *)body.data, "%zu %zu", &shard, &number) == 2);
        char key[16];
        snprintf(key, sizeof key, "shard-%zu", shard);
        CHECK(view_is(ons_message_sharding_key(message), key));
        CHECK(ons_delivery_count(deliveries[at]) == 1);
        pthread_mutex_lock(&shards->mutex);
        CHECK(shards->next[shard] == number);
        int suspend = number == 7 && !shards->suspended[shard];
        shards->suspended[shard] |= suspend;
        shards->next[shard] += suspend ? 0 : 1;
        pthread_mutex_unlock(&shards->mutex);
        OK(ons_delivery_complete(deliveries[at],
                                 suspend ? ONS_ORDER_ACTION_SUSPEND : ONS_ORDER_ACTION_SUCCESS));
        ons_delivery_free(deliveries[at]);
        counter_add(&shards->received, suspend ? 0 : 1);
    }
}

static ons_message_t *make(const char *topic, size_t shard, size_t number) {
    char body[32], key[16];
    snprintf(body, sizeof body, "%zu %zu", shard, number);
    snprintf(key, sizeof key, "shard-%zu", shard);
    ons_message_t *message = NULL;
    OK(ons_message_new(ONS_CSTR(topic), (const uint8_t *)body, strlen(body) + 1, &message));
    OK(ons_message_set_sharding_key(message, ONS_CSTR(key)));
    CHECK(view_is(ons_message_sharding_key(message), key));
    return message;
}

/* Sends half of each shard one by one, and the rest at once. */
static void send_all(ons_producer_t *producer, const char *topic) {
    int queue_of[SHARDS];
    ons_message_t *many[SHARDS * EACH / 2];
    size_t count = 0;
    for (size_t number = 0; number < EACH; ++number) {
        for (size_t shard = 0; shard < SHARDS; ++shard) {
            ons_message_t *message = make(topic, shard, number);
            if (number >= EACH / 2) {
                many[count++] = message;
                continue;
            }
            ons_send_result_t *result = NULL;
            OK(ons_producer_send(producer, message, &result));
            int queue = ons_send_result_queue_id(result);
            CHECK(number == 0 || queue_of[shard] == queue);
            queue_of[shard] = queue;
            ons_send_result_free(result);
            ons_message_free(message);
        }
    }
    ons_send_result_t *results[SHARDS * EACH / 2];
    ons_error_t *errors[SHARDS * EACH / 2];
    OK(ons_producer_send_many(producer, (const ons_message_t *const *)many, count, results,
                              errors));
    for (size_t at = 0; at < count; ++at) {
        OK(errors[at]);
        CHECK(ons_send_result_queue_id(results[at]) == queue_of[at % SHARDS]);
        ons_send_result_free(results[at]);
        ons_message_free(many[at]);
    }
}

void ordered(const char *address, const char *topic) {
    ons_config_t *made = config(address, "GID_ordered_c");
    OK(ons_config_set(made, ONS_STR("suspendTimeMillis"), ONS_STR("100")));
    ons_producer_t *producer = NULL;
    OK(ons_order_producer_new(made, &producer));
    OK(ons_producer_start(producer));
    shards_t shards = {PTHREAD_MUTEX_INITIALIZER, {0}, {0}, COUNTER};
    ons_consumer_t *consumer = NULL;
    OK(ons_order_consumer_new(made, &consumer));
    ons_config_free(made);
    OK(ons_consumer_subscribe(consumer, ONS_CSTR(topic), ONS_STR("*"), receive, &shards, NULL));
    OK(ons_consumer_start(consumer));
    send_all(producer, topic);
    CHECK(counter_wait(&shards.received, SHARDS * EACH, 60));

    ons_message_t *message = NULL;
    OK(ons_message_new(ONS_CSTR(topic), (const uint8_t *)"body", 4, &message));
    FAILS(ons_producer_send(producer, message, NULL), ONS_CODE_INVALID_ARGUMENT, "sharding key");
    FAILS(ons_producer_send_oneway(producer, message), ONS_CODE_INVALID_STATE, "one-way");
    ons_message_free(message);
    OK(ons_consumer_shutdown(consumer));
    OK(ons_producer_shutdown(producer));
    ons_consumer_free(consumer);
    ons_producer_free(producer);
    printf("%d messages of %d shards in order\n", SHARDS * EACH, SHARDS);
}
