"""The baseline: a minimal function in boto3. It makes one call for each message. A message that fails permanently goes to the dead-letter
queue with the error code; other failed messages return to the request queue. THREADS is the number of concurrent calls."""

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
    """Resets what the record asks for. Returns False if the message must return to the queue."""
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
