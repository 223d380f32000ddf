"""The rival: what one writes in boto3, and no more. It makes the call that a message asks for, sends what can never be done to the
dead-letter queue with the reason, and returns the rest. THREADS is how many calls it makes at a time."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

THREADS = int(os.environ.get("THREADS", "1"))
PERMANENT = ("ValidationException", "ResourceNotFoundException", "ConnectorAuthenticationException")

appflow = boto3.client("appflow", config=Config(max_pool_connections=max(10, THREADS)))
sqs = boto3.client("sqs")


def reset(record):
    """Whether the record is done with."""
    try:
        appflow.reset_connector_metadata_cache(**json.loads(record["body"]))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in PERMANENT:
            print(f"{record['messageId']}: {error}")
            return False
        reason = {"ErrorCode": {"DataType": "String", "StringValue": code}}
        sqs.send_message(QueueUrl=os.environ["DEAD_LETTER_QUEUE_URL"], MessageBody=record["body"], MessageAttributes=reason)
    return True


def handler(event, context):
    records = event["Records"]
    if THREADS == 1:
        done = map(reset, records)
    else:
        with ThreadPoolExecutor(THREADS) as pool:
            done = list(pool.map(reset, records))
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record, ok in zip(records, done) if not ok]}
