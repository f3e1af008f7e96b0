"""Makes a user, his keys and a bucket at a moto server: ``moto_setup.py ENDPOINT COMMAND ARGUMENT...``.

``user`` prints an access key and its secret; from then on the server checks signatures. ``bucket KEY SECRET NAME``
makes a bucket, ``put KEY SECRET BUCKET FOLDER`` puts every file of a folder into it under its own name.
"""

import json
import sys
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-not-found]  # of moto's environment

endpoint, command, *arguments = sys.argv[1:]
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def client(service: str, *keys: str) -> Any:
    """A client of the server."""
    access, secret = keys or ("anybody", "anybody")
    return boto3.client(
        service, endpoint_url=endpoint, region_name="ap-northeast-1", aws_access_key_id=access,
        aws_secret_access_key=secret,
    )  # fmt: skip


if command == "user":
    users = client("iam")
    users.create_user(UserName="watch")
    users.put_user_policy(UserName="watch", PolicyName="reads", PolicyDocument=json.dumps(POLICY))
    made = users.create_access_key(UserName="watch")["AccessKey"]
    sys.stdout.write(f"{made['AccessKeyId']} {made['SecretAccessKey']}\n")
elif command == "bucket":
    client("s3", *arguments[:2]).create_bucket(
        Bucket=arguments[2], CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
else:
    bucket = client("s3", *arguments[:2])
    folder = Path(arguments[3])
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        bucket.put_object(Bucket=arguments[2], Key=str(file.relative_to(folder)), Body=file.read_bytes())
