/* Transactions: committed, rolled back, and asked for. */
#include "scenarios.h"

#define EACH 10

typedef struct {
    uint32_t status;
    char id[33];
} outcome_t;

static uint32_t execute(void *userdata, const ons_message_t *message,
                        const ons_send_result_t *half) {
    outcome_t *outcome = userdata;
    CHECK(view_is(ons_message_key(message), "key"));
    ons_view_t id = ons_send_result_message_id(half);
    CHECK(id.len == 32);
    memcpy(outcome->id, id.data, id.len);
    return outcome->status;
}

/* What was left unknown is to be committed. 5.3.3 may ask for what was decided just now, too. */
static void checker(void *userdata, ons_check_t *check) {
    ons_view_t tag = ons_message_tag(ons_check_message(check));
    OK(ons_check_complete(check, view_is(tag, "rolled back")
                                     ? ONS_TRANSACTION_STATUS_ROLLBACK_TRANSACTION
                                     : ONS_TRANSACTION_STATUS_COMMIT_TRANSACTION));
    FAILS(ons_check_complete(check, ONS_TRANSACTION_STATUS_UNKNOW), ONS_CODE_INVALID_STATE,
          "answered before");
    counter_add(userdata, view_is(tag, "asked") ? 1 : 0);
    ons_check_free(check);
}

typedef struct {
    counter_t committed;
    counter_t asked;
} delivered_t;

static void receive(void *userdata, ons_delivery_t **deliveries, size_t count) {
    delivered_t *delivered = userdata;
    for (size_t at = 0; at < count; ++at) {
        ons_view_t tag = ons_message_tag(ons_delivery_message(deliveries[at]));
        CHECK(view_is(tag, "committed") || view_is(tag, "asked"));
        counter_add(view_is(tag, "asked") ? &delivered->asked : &delivered->committed, 1);
        OK(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
    }
}

static ons_message_t *make(const char *topic, const char *tag) {
    ons_message_t *message = NULL;
    OK(ons_message_new(ONS_CSTR(topic), (const uint8_t *)"body", 4, &message));
    OK(ons_message_set_tag(message, ONS_CSTR(tag)));
    OK(ons_message_set_key(message, ONS_STR("key")));
    return message;
}

static ons_error_t *send(ons_producer_t *producer, const char *topic, const char *tag,
                         uint32_t status) {
    outcome_t outcome = {status, {0}};
    ons_message_t *message = make(topic, tag);
    ons_send_result_t *result = NULL;
    ons_error_t *error =
        ons_producer_send_in_transaction(producer, message, execute, &outcome, &result);
    ons_view_t id =
        error != NULL ? ons_error_message_id(error) : ons_send_result_message_id(result);
    CHECK(view_is(id, outcome.id));
    ons_send_result_free(result);
    ons_message_free(message);
    return error;
}

/* In two steps, and what may be done once only. */
static void in_steps(ons_producer_t *producer, const char *topic) {
    ons_message_t *message = make(topic, "committed");
    FAILS(ons_producer_send(producer, message, NULL), ONS_CODE_INVALID_STATE, "transaction");
    ons_transaction_t *transaction = NULL;
    OK(ons_transaction_begin(producer, message, &transaction));
    FAILS(ons_transaction_end(transaction, 9, NULL), ONS_CODE_INVALID_ARGUMENT, "status");
    OK(ons_transaction_end(transaction, ONS_TRANSACTION_STATUS_COMMIT_TRANSACTION, NULL));
    FAILS(ons_transaction_end(transaction, ONS_TRANSACTION_STATUS_COMMIT_TRANSACTION, NULL),
          ONS_CODE_INVALID_STATE, "ended before");
    ons_transaction_free(transaction);
    OK(ons_transaction_begin(producer, message, &transaction));
    ons_error_t *failed = NULL;
    OK(ons_transaction_fail(transaction, ONS_STR("the database is away"), &failed));
    FAILS(failed, ONS_CODE_TRANSACTION_UNKNOWN, "the database is away");
    /* The checker would commit it; the half message itself is rolled back below. */
    ons_transaction_free(transaction);
    ons_message_free(message);
}

void transactions(const char *address, const char *topic) {
    ons_config_t *made = config(address, topic);
    OK(ons_config_set(made, ONS_STR("CheckImmunityTimeInSeconds"), ONS_STR("1")));
    delivered_t delivered = {COUNTER, COUNTER};
    ons_consumer_t *consumer = NULL;
    OK(ons_consumer_new(made, &consumer));
    OK(ons_consumer_subscribe(consumer, ONS_CSTR(topic), ONS_STR("*"), receive, &delivered, NULL));
    OK(ons_consumer_start(consumer));
    counter_t asked = COUNTER;
    ons_producer_t *producer = NULL;
    FAILS(ons_transaction_producer_new(made, NULL, NULL, NULL, &producer),
          ONS_CODE_INVALID_ARGUMENT, "checker");
    OK(ons_transaction_producer_new(made, checker, &asked, NULL, &producer));
    ons_config_free(made);
    OK(ons_producer_start(producer));
    for (size_t at = 0; at < EACH; ++at) {
        OK(send(producer, topic, "committed", ONS_TRANSACTION_STATUS_COMMIT_TRANSACTION));
        FAILS(send(producer, topic, "rolled back", ONS_TRANSACTION_STATUS_ROLLBACK_TRANSACTION),
              ONS_CODE_TRANSACTION_ROLLED_BACK, "rolled back");
        OK(send(producer, topic, "asked", ONS_TRANSACTION_STATUS_UNKNOW));
    }
    CHECK(counter_wait(&delivered.committed, EACH, 30));
    CHECK(counter_wait(&delivered.asked, EACH, 60));
    CHECK(counter_wait(&asked, EACH, 60));
    OK(ons_consumer_shutdown(consumer));
    ons_consumer_free(consumer);
    OK(ons_producer_shutdown(producer));
    ons_producer_free(producer);
    printf("%d committed, %d rolled back, %d asked for\n", EACH, EACH, EACH);
}

static void unknown(void *userdata, ons_check_t *check) {
    (void)userdata;
    ons_check_free(check);
}

void transaction_steps(const char *address, const char *topic) {
    ons_config_t *made = config(address, topic);
    ons_producer_t *producer = NULL;
    OK(ons_transaction_producer_new(made, unknown, NULL, NULL, &producer));
    ons_config_free(made);
    OK(ons_producer_start(producer));
    in_steps(producer, topic);
    OK(ons_producer_shutdown(producer));
    ons_producer_free(producer);
}
