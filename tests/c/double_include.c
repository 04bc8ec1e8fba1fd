#include "onsmq.h"

#include "onsmq.h"

int main(void) { return ons_abi_version() == ONS_ABI_VERSION ? 0 : 1; }
