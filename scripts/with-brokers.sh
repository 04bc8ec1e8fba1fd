#!/usr/bin/env bash
# Runs a command with real brokers of 4.9.7 and 5.3.3 beside it, which all suites share:
#
#   scripts/with-brokers.sh COMMAND...
#
# Their name servers are in ONSMQ_TEST_NAMESRV_4 and ONSMQ_TEST_NAMESRV_5. They end with the command,
# and with this script however it ends: the tool stops them when its standard input does.
set -euo pipefail

tool=${ONSMQ_TEST_BROKER:?the path of onsmq-test-broker}

# The name server's address out of the line that the tool prints once all is ready.
address() {
    local line
    if ! read -r -t 300 line <&"$1"; then
        echo "a real broker did not start" >&2
        exit 1
    fi
    sed -n 's/.*"namesrv_addr":"\([^"]*\)".*/\1/p' <<<"$line"
}

# The pipes stay open for as long as this shell does, and have no names once they are open.
pipes=$(mktemp -d)
mkfifo "$pipes"/{in4,out4,in5,out5}
"$tool" --version 4.9.7 <"$pipes/in4" >"$pipes/out4" &
exec {to4}>"$pipes/in4" {from4}<"$pipes/out4"
"$tool" --version 5.3.3 <"$pipes/in5" >"$pipes/out5" {to4}>&- {from4}<&- &
exec {to5}>"$pipes/in5" {from5}<"$pipes/out5"
rm -r "$pipes"

ONSMQ_TEST_NAMESRV_4=$(address "$from4")
ONSMQ_TEST_NAMESRV_5=$(address "$from5")
export ONSMQ_TEST_NAMESRV_4 ONSMQ_TEST_NAMESRV_5

# Not inherited, so that the brokers end with this shell whatever the command leaves behind.
"$@" {from4}<&- {to4}>&- {from5}<&- {to5}>&-
