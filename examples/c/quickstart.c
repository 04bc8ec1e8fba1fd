/*
 * A message goes from a producer to a consumer.
 *
 *     quickstart [NAMESRV_ADDR]
 *
 * Without an address it starts the embedded dev server, so that nothing else is needed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "onsmq.h"

/* Prints an error and ends: what a real program does depends on ons_error_code(). */
static void check(ons_error_t *error) {
    if (error == NULL) {
        return;
    }
    ons_view_t name = ons_code_name(ons_error_code(error));
    ons_view_t text = ons_error_message(error);
    fprintf(stderr, "%.*s: %.*s\n", (int)name.len, name.data, (int)text.len, text.data);
    ons_error_free(error);
    exit(1);
}

int main(int argc, char **argv) {
    ons_dev_server_t *server = NULL;
    ons_config_t *config = ons_config_new();
    if (argc > 1) {
        check(ons_config_set(config, ONS_STR("NAMESRV_ADDR"), ONS_CSTR(argv[1])));
    } else {
        check(ons_dev_server_start(NULL, &server));
        ons_view_t address = ons_dev_server_namesrv_addr(server);
        check(ons_config_set(config, ONS_STR("NAMESRV_ADDR"), (const char *)address.data,
                             address.len));
    }
    check(ons_config_set(config, ONS_STR("GROUP_ID"), ONS_STR("GID_quickstart_c")));

    ons_consumer_t *consumer = NULL;
    check(ons_consumer_new(config, &consumer));
    /* No listener: messages are taken below. The other examples have one. */
    check(
        ons_consumer_subscribe(consumer, ONS_STR("quickstart_c"), ONS_STR("*"), NULL, NULL, NULL));
    check(ons_consumer_start(consumer));

    ons_producer_t *producer = NULL;
    check(ons_producer_new(config, &producer));
    ons_config_free(config);
    check(ons_producer_start(producer));

    const char body[] = "hello from C";
    ons_message_t *message = NULL;
    check(
        ons_message_new(ONS_STR("quickstart_c"), (const uint8_t *)body, sizeof body - 1, &message));
    check(ons_message_set_tag(message, ONS_STR("greeting")));
    check(ons_message_set_key(message, ONS_STR("key-1")));
    ons_send_result_t *result = NULL;
    check(ons_producer_send(producer, message, &result));
    ons_message_free(message);
    ons_view_t id = ons_send_result_message_id(result);
    printf("sent      %.*s\n", (int)id.len, (const char *)id.data);
    ons_send_result_free(result);

    ons_delivery_t *delivery = NULL;
    size_t count = 0;
    check(ons_consumer_receive(consumer, 1, 30000, &delivery, &count));
    if (count == 0) {
        fprintf(stderr, "no message came within 30 seconds\n");
        return 1;
    }
    const ons_message_t *received = ons_delivery_message(delivery);
    ons_view_t text = ons_message_body(received);
    id = ons_message_id(received);
    printf("received  %.*s  \"%.*s\"\n", (int)id.len, id.data, (int)text.len, text.data);
    check(ons_delivery_complete(delivery, ONS_ACTION_COMMIT_MESSAGE));
    ons_delivery_free(delivery);

    check(ons_producer_shutdown(producer));
    check(ons_consumer_shutdown(consumer));
    ons_producer_free(producer);
    ons_consumer_free(consumer);
    ons_dev_server_free(server);
    return 0;
}
