/*
 * Messages that are delivered once a local transaction is committed: `transaction [NAMESRV_ADDR]`.
 *
 * A broker keeps such a message to itself until it is told the outcome. Where it is not told,
 * because the program died or does not know yet, it asks any producer of the group.
 */
#include <stdatomic.h>

#include "common.h"

#define TOPIC "payments_c"

/* Stands for the application's own database: which payments were made. */
static atomic_bool paid[10];

/* The last digit of a key stands for the key. */
static atomic_bool *payment(ons_view_t key) {
    return &paid[key.len > 0 ? key.data[key.len - 1] % 10 : 0];
}

/* The checker: looks up whether a payment was made, perhaps by another process. */
static void look_up(void *userdata, ons_check_t *half) {
    (void)userdata;
    bool done = *payment(ons_message_key(ons_check_message(half)));
    check(ons_check_complete(half, done ? ONS_TRANSACTION_STATUS_COMMIT_TRANSACTION
                                        : ONS_TRANSACTION_STATUS_UNKNOW));
    ons_check_free(half);
}

/* Sends a half message, pays, and tells the outcome. ons_producer_send_in_transaction does the
 * same with the local transaction as a callback, as the vendor's SDK has it. */
static void pay(const ons_producer_t *producer, const char *key, const char *amount) {
    ons_message_t *message = make_message(TOPIC, amount);
    check(ons_message_set_key(message, ONS_CSTR(key)));
    ons_transaction_t *transaction = NULL;
    check(ons_transaction_begin(producer, message, &transaction));
    ons_error_t *error = NULL;
    if (atoi(amount) < 0) {
        check(ons_transaction_fail(transaction, ONS_STR("a negative amount"), &error));
    } else if (atoi(amount) > 100) {
        error = ons_transaction_end(transaction, ONS_TRANSACTION_STATUS_ROLLBACK_TRANSACTION, NULL);
    } else {
        *payment(ons_message_key(message)) = true;
        error = ons_transaction_end(transaction, ONS_TRANSACTION_STATUS_COMMIT_TRANSACTION, NULL);
    }
    if (error == NULL) {
        printf("committed %s\n", key);
    } else {
        printf("%.*s: %s (%.*s)\n", TEXT(ons_code_name(ons_error_code(error))), key,
               TEXT(ons_error_message(error)));
    }
    ons_error_free(error);
    ons_transaction_free(transaction);
    ons_message_free(message);
}

static void handle(void *userdata, ons_delivery_t **deliveries, size_t count) {
    for (size_t at = 0; at < count; ++at) {
        ons_view_t key = ons_message_key(ons_delivery_message(deliveries[at]));
        printf("received  %.*s\n", TEXT(key));
        check(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
    }
    count_down(userdata, count);
}

/* Sends three messages, of which one is rolled back and one fails. */
static void example(ons_view_t address) {
    ons_config_t *config = make_config(address, "GID_payments_c");
    ons_consumer_t *consumer = NULL;
    check(ons_consumer_new(config, &consumer));
    ons_producer_t *producer = NULL;
    check(ons_transaction_producer_new(config, look_up, NULL, NULL, &producer));
    ons_config_free(config);

    countdown_t countdown = COUNTDOWN(1);
    check(ons_consumer_subscribe(consumer, ONS_STR(TOPIC), ONS_STR("*"), handle, &countdown, NULL));
    check(ons_consumer_start(consumer));
    check(ons_producer_start(producer));
    pay(producer, "payment-1", "100");
    pay(producer, "payment-2", "101");
    pay(producer, "payment-3", "-1");
    await_all(&countdown);

    check(ons_producer_shutdown(producer));
    check(ons_consumer_shutdown(consumer));
    ons_producer_free(producer);
    ons_consumer_free(consumer);
}

int main(int argc, char **argv) { return run(argc, argv, example); }
