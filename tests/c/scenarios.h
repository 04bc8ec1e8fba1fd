/* The scenarios, each in a file of its name. */
#ifndef SCENARIOS_H
#define SCENARIOS_H

#include "support.h"

void roundtrip(const char *address, const char *topic, size_t count);
void subscriptions(const char *address, const char *topic);
void member(const char *address, const char *topic, const char *group);
void slow(const char *address, const char *topic);
void errors(const char *address, const char *topic, const char *refused, const char *http);
void properties(const char *address, char **pairs);
void refusals(const char *address, const char *topic);
void busy(const char *address, const char *topic);
void ordered(const char *address, const char *topic);
void transactions(const char *address, const char *topic);
void transaction_steps(const char *address, const char *topic);
void batches(const char *address, const char *topic);
void conditions(const char *address, const char *topic);
void timed(const char *address, const char *topic);
void broadcasting(const char *address, const char *topic, const char *folder);
void enumerations(void);
void rounds(const char *address, const char *topic, size_t count);

#endif
