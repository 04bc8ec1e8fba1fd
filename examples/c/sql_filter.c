/*
 * Choosing by a condition on the messages' properties: `sql_filter [NAMESRV_ADDR]`.
 *
 * Brokers take conditions with enablePropertyFilter=true.
 */
#include "common.h"

#define TOPIC "sql_filter_c"

static void handle(void *userdata, ons_delivery_t **deliveries, size_t count) {
    for (size_t at = 0; at < count; ++at) {
        const ons_message_t *message = ons_delivery_message(deliveries[at]);
        printf("received  %.*s of %.*s in %.*s\n", TEXT(ons_message_body(message)),
               TEXT(ons_message_property(message, ONS_STR("amount"))),
               TEXT(ons_message_property(message, ONS_STR("region"))));
        check(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
    }
    count_down(userdata, count);
}

static void send(const ons_producer_t *producer, const char *amount, const char *region) {
    ons_message_t *message = make_message(TOPIC, "order");
    check(ons_message_set_property(message, ONS_STR("amount"), ONS_CSTR(amount)));
    check(ons_message_set_property(message, ONS_STR("region"), ONS_CSTR(region)));
    check(ons_producer_send(producer, message, NULL));
    ons_message_free(message);
}

/* Sends three messages, of which one meets the condition. */
static void example(ons_view_t address) {
    ons_config_t *config = make_config(address, "GID_sql_filter_c");
    ons_consumer_t *consumer = NULL;
    check(ons_consumer_new(config, &consumer));
    ons_producer_t *producer = NULL;
    check(ons_producer_new(config, &producer));
    ons_config_free(config);

    countdown_t countdown = COUNTDOWN(1);
    const char *condition = "amount > 100 AND region = 'north'";
    check(ons_consumer_subscribe_sql(consumer, ONS_STR(TOPIC), ONS_CSTR(condition), handle,
                                     &countdown, NULL));
    /* A condition that the broker does not take is an error here. */
    check(ons_consumer_start(consumer));
    check(ons_producer_start(producer));
    send(producer, "50", "north");
    send(producer, "150", "south");
    send(producer, "200", "north");
    await_all(&countdown);

    check(ons_producer_shutdown(producer));
    check(ons_consumer_shutdown(consumer));
    ons_producer_free(producer);
    ons_consumer_free(consumer);
}

int main(int argc, char **argv) { return run(argc, argv, example); }
