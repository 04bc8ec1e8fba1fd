/* Messages of an order in their order: `ordered [NAMESRV_ADDR]`. */
#include "common.h"

#define TOPIC "ordered_c"

static const char *const STEPS[] = {"created", "paid", "shipped"};
static const char *const ORDERS[] = {"order-1", "order-2", "order-3"};

static bool is(ons_view_t text, const char *other) {
    return text.len == strlen(other) && memcmp(text.data, other, text.len) == 0;
}

static void handle(void *userdata, ons_delivery_t **deliveries, size_t count) {
    for (size_t at = 0; at < count; ++at) {
        const ons_message_t *message = ons_delivery_message(deliveries[at]);
        ons_view_t step = ons_message_body(message);
        if (is(step, "paid") && ons_message_reconsume_times(message) == 0) {
            /* Its queue waits, and it comes again before the next one. */
            check(ons_delivery_complete(deliveries[at], ONS_ORDER_ACTION_SUSPEND));
        } else {
            printf("%.*s is %.*s\n", TEXT(ons_message_sharding_key(message)), TEXT(step));
            check(ons_delivery_complete(deliveries[at], ONS_ORDER_ACTION_SUCCESS));
            count_down(userdata, 1);
        }
        ons_delivery_free(deliveries[at]);
    }
}

static void send(const ons_producer_t *producer, const char *order, const char *step) {
    ons_message_t *message = make_message(TOPIC, step);
    /* The sharding key says within what the order is kept. */
    check(ons_message_set_sharding_key(message, ONS_CSTR(order)));
    check(ons_producer_send(producer, message, NULL));
    ons_message_free(message);
}

/* Sends three steps of each of three orders, and receives each order's in turn. */
static void example(ons_view_t address) {
    ons_config_t *config = make_config(address, "GID_ordered_c");
    check(ons_config_set(config, ONS_STR("suspendTimeMillis"), ONS_STR("100")));
    ons_consumer_t *consumer = NULL;
    check(ons_order_consumer_new(config, &consumer));
    ons_producer_t *producer = NULL;
    check(ons_order_producer_new(config, &producer));
    ons_config_free(config);

    countdown_t countdown = COUNTDOWN(9);
    check(ons_consumer_subscribe(consumer, ONS_STR(TOPIC), ONS_STR("*"), handle, &countdown, NULL));
    check(ons_consumer_start(consumer));
    check(ons_producer_start(producer));
    for (size_t step = 0; step < 3; ++step) {
        for (size_t order = 0; order < 3; ++order) {
            send(producer, ORDERS[order], STEPS[step]);
        }
    }
    await_all(&countdown);

    check(ons_producer_shutdown(producer));
    check(ons_consumer_shutdown(consumer));
    ons_producer_free(producer);
    ons_consumer_free(consumer);
}

int main(int argc, char **argv) { return run(argc, argv, example); }
