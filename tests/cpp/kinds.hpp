// The scenarios of ordered, transactional and batch messages.
#ifndef KINDS_HPP
#define KINDS_HPP

#include <string>

#include "onsmq.hpp"

onsmq::Config configuration(const std::string &address, const std::string &group);

void ordered(const std::string &address, const std::string &topic);
void transactions(const std::string &address, const std::string &topic);
void batches(const std::string &address, const std::string &topic);
void conditions(const std::string &address, const std::string &topic);
void timed(const std::string &address, const std::string &topic);
void broadcasting(const std::string &address, const std::string &topic, const std::string &folder);
void enumerations();

#endif
