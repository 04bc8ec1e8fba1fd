#include "onsmq.hpp"

#include "onsmq.h"
#include "onsmq.hpp"

int main() { return onsmq::version().empty() ? 1 : 0; }
