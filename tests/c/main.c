/* Runs a scenario against a server: `suite SCENARIO NAMESRV_ADDR ARGUMENT...`. */
#include "scenarios.h"

int main(int argc, char **argv) {
    CHECK(argc >= 4);
    const char *scenario = argv[1], *address = argv[2], *topic = argv[3];
    CHECK(ons_abi_version() == ONS_ABI_VERSION);
    if (strcmp(scenario, "roundtrip") == 0) {
        roundtrip(address, topic, strtoull(argv[4], NULL, 10));
    } else if (strcmp(scenario, "subscriptions") == 0) {
        subscriptions(address, topic);
    } else if (strcmp(scenario, "slow") == 0) {
        slow(address, topic);
    } else if (strcmp(scenario, "member") == 0) {
        member(address, topic, argv[4]);
    } else if (strcmp(scenario, "errors") == 0) {
        errors(address, topic, argv[4], argv[5]);
    } else if (strcmp(scenario, "properties") == 0) {
        properties(address, argv + 4);
    } else if (strcmp(scenario, "refusals") == 0) {
        refusals(address, topic);
    } else if (strcmp(scenario, "busy") == 0) {
        busy(address, topic);
    } else if (strcmp(scenario, "rounds") == 0) {
        rounds(address, topic, strtoull(argv[4], NULL, 10));
    } else if (strcmp(scenario, "ordered") == 0) {
        ordered(address, topic);
    } else if (strcmp(scenario, "transactions") == 0) {
        transactions(address, topic);
        transaction_steps(address, topic);
    } else if (strcmp(scenario, "batches") == 0) {
        batches(address, topic);
    } else if (strcmp(scenario, "conditions") == 0) {
        conditions(address, topic);
    } else if (strcmp(scenario, "timed") == 0) {
        timed(address, topic);
    } else if (strcmp(scenario, "broadcasting") == 0) {
        broadcasting(address, topic, argv[4]);
        enumerations();
    } else {
        CHECK(!"a known scenario");
    }
    return 0;
}
