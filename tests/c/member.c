/*
 * A member of a group: prints `started`, then the id of each message that it consumes, one a line,
 * until its standard input ends.
 */
#include "scenarios.h"

static void print_ids(void *userdata, ons_delivery_t **deliveries, size_t count) {
    (void)userdata;
    for (size_t at = 0; at < count; ++at) {
        ons_view_t id = ons_message_id(ons_delivery_message(deliveries[at]));
        printf("%.*s\n", (int)id.len, (const char *)id.data);
    }
    const ons_delivery_t *const *all = (const ons_delivery_t *const *)deliveries;
    OK(ons_deliveries_complete(all, count, ONS_ACTION_COMMIT_MESSAGE));
    ons_deliveries_free(deliveries, count);
    fflush(stdout);
}

void member(const char *address, const char *topic, const char *group) {
    ons_config_t *made = config(address, group);
    ons_consumer_t *consumer = NULL;
    OK(ons_consumer_new(made, &consumer));
    ons_config_free(made);
    OK(ons_consumer_subscribe(consumer, ONS_CSTR(topic), ONS_STR("*"), print_ids, NULL, NULL));
    OK(ons_consumer_start(consumer));
    printf("started\n");
    fflush(stdout);
    while (getchar() != EOF) {
    }
    OK(ons_consumer_shutdown(consumer));
    ons_consumer_free(consumer);
}
