/* Lists of messages: `batch [NAMESRV_ADDR]`. */
#include "common.h"

#define TOPIC "batch_c"
#define COUNT 100

static void handle(void *userdata, ons_delivery_t **deliveries, size_t count) {
    for (size_t at = 0; at < count; ++at) {
        /* A delivery is a list; ons_delivery_message_at() has its messages. */
        size_t length = ons_delivery_count(deliveries[at]);
        printf("received  %zu at once\n", length);
        /* The answer is for the whole list. */
        check(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
        count_down(userdata, length);
    }
}

static void send_many(const ons_producer_t *producer) {
    ons_message_t *messages[COUNT];
    for (size_t at = 0; at < COUNT; ++at) {
        char body[16];
        snprintf(body, sizeof body, "%zu", at);
        messages[at] = make_message(TOPIC, body);
    }
    ons_send_result_t *results[COUNT];
    ons_error_t *errors[COUNT];
    check(ons_producer_send_many(producer, (const ons_message_t *const *)messages, COUNT, results,
                                 errors));
    for (size_t at = 0; at < COUNT; ++at) {
        /* Each was sent on its own, and has a result or an error. */
        check(errors[at]);
        ons_send_result_free(results[at]);
        ons_message_free(messages[at]);
    }
}

/* Sends a hundred messages, and receives them in lists of up to 16. */
static void example(ons_view_t address) {
    ons_config_t *config = make_config(address, "GID_batch_c");
    check(ons_config_set(config, ONS_STR("ConsumeMessageBatchMaxSize"), ONS_STR("16")));
    ons_consumer_t *consumer = NULL;
    check(ons_batch_consumer_new(config, &consumer));
    ons_producer_t *producer = NULL;
    check(ons_producer_new(config, &producer));
    ons_config_free(config);

    countdown_t countdown = COUNTDOWN(COUNT);
    check(ons_consumer_subscribe(consumer, ONS_STR(TOPIC), ONS_STR("*"), handle, &countdown, NULL));
    check(ons_consumer_start(consumer));
    check(ons_producer_start(producer));
    send_many(producer);
    await_all(&countdown);

    check(ons_producer_shutdown(producer));
    check(ons_consumer_shutdown(consumer));
    ons_producer_free(producer);
    ons_consumer_free(consumer);
}

int main(int argc, char **argv) { return run(argc, argv, example); }
