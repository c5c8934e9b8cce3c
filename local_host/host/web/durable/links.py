"""Links of the durable extension: management URLs and the client binding."""

from urllib.parse import quote

PREFIX = "/runtime/webhooks/durabletask"


def build_management_urls(
    base: str, instance_id: str, hub_name: str, system_key: str | None = None
) -> dict[str, str]:
    """Build the management URLs of an instance, with the key if the host requires keys."""
    query = f"taskHub={hub_name}&connection=Storage" + (f"&code={system_key}" if system_key else "")
    instance = f"{base}/instances/{quote(instance_id)}"
    return {
        "id": instance_id,
        "statusQueryGetUri": f"{instance}?{query}",
        "sendEventPostUri": f"{instance}/raiseEvent/{{eventName}}?{query}",
        "terminatePostUri": f"{instance}/terminate?reason={{text}}&{query}",
        "rewindPostUri": f"{instance}/rewind?reason={{text}}&{query}",
        "purgeHistoryDeleteUri": f"{instance}?{query}",
        "restartPostUri": f"{instance}/restart?{query}",
        "suspendPostUri": f"{instance}/suspend?reason={{text}}&{query}",
        "resumePostUri": f"{instance}/resume?reason={{text}}&{query}",
    }


def build_client_binding(
    base_url: str, rpc_url: str, hub_name: str, system_key: str | None = None
) -> dict[str, object]:
    """Build the value of a durable client binding, as the extension sends it."""
    base = base_url + PREFIX
    code = f"code={system_key}" if system_key else ""
    creation = f"{base}/orchestrators/{{functionName}}[/{{instanceId}}]"
    return {
        "taskHubName": hub_name,
        "connectionName": None,
        "creationUrls": {
            "createNewInstancePostUri": creation + (f"?{code}" if code else ""),
            "createAndWaitOnNewInstancePostUri": (
                f"{creation}?timeout={{timeoutInSeconds}}&pollingInterval={{intervalInSeconds}}"
                + (f"&{code}" if code else "")
            ),
        },
        "managementUrls": build_management_urls(base, "INSTANCEID", hub_name, system_key),
        "baseUrl": base,
        "requiredQueryStringParameters": code,
        "rpcBaseUrl": rpc_url,
        "httpBaseUrl": None,
        "maxGrpcMessageSizeInBytes": None,
        "grpcHttpClientTimeout": None,
    }
