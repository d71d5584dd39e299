"""Starts ministack with what its Secrets Manager lacks.

CreateSecret of AWS takes the caller's ClientRequestToken as the id of the first version; that of ministack 1.5.33
makes an id of its own, and nobody who asks for the version by its id finds it.
"""

from ministack.app import main
from ministack.services import secretsmanager

create = secretsmanager._create_secret


def create_with_token(data):
    answer = create(data)
    token = data.get("ClientRequestToken")
    if answer[0] != 200 or not token:
        return answer
    secret = secretsmanager._secrets[data["Name"]]
    [version] = secret["Versions"].values()
    secret["Versions"] = {token: version}
    named = {"ARN": secret["ARN"], "Name": data["Name"], "VersionId": token}
    return secretsmanager.json_response(named)


secretsmanager._create_secret = create_with_token
main()
