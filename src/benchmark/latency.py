"""Measures the latency of AppFlow's emulator: calls on one connection, one after the other. Prints the median, in milliseconds.

usage: latency.py ENDPOINT CA_BUNDLE CALLS
"""

import http.client
import json
import socket
import ssl
import statistics
import sys
import time
import urllib.parse

BODY = json.dumps({"connectorProfileName": "crm", "connectorType": "Salesforce", "connectorEntityName": "Entity0"})


def main(endpoint, ca_bundle, calls):
    address = urllib.parse.urlsplit(endpoint)
    connection = http.client.HTTPSConnection(address.hostname, address.port, context=ssl.create_default_context(cafile=ca_bundle))
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    # The emulator checks the form of the signature, but not its value.
    credential = f"AWS4-HMAC-SHA256 Credential=benchmark/{now[:8]}/us-east-1/appflow/aws4_request"
    headers = {
        "authorization": f"{credential}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}",
        "content-type": "application/json",
        "x-amz-date": now,
    }
    latencies = []
    for _ in range(int(calls)):
        started = time.perf_counter()
        connection.request("POST", "/reset-connector-metadata-cache", BODY, headers)
        answer = connection.getresponse()
        content = answer.read()
        latencies.append((time.perf_counter() - started) * 1000)
        if answer.status != 200:
            sys.exit(f"AppFlow answers {answer.status}: {content}")
    print(statistics.median(latencies))


if __name__ == "__main__":
    main(*sys.argv[1:])
