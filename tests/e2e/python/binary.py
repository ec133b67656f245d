"""Sends and hears bytes through python3-socketio: polling, websocket and upgrade."""
import sys
import threading

import socketio

url, token = sys.argv[1:]
data = bytes([0, 4, 0x41, 0x22, 0xFF, 0xC3])


def run(name, transports):
    client = socketio.Client(reconnection=False)
    heard = []
    arrived = threading.Condition()

    def note(event):
        with arrived:
            heard.append(event)
            arrived.notify_all()

    client.on("group-activity", note, namespace="/groups")
    client.on("message:received", note, namespace="/messages")
    client.connect(url, namespaces=["/groups", "/messages"], auth={"token": token}, transports=transports)
    client.call("join-group", {"groupId": name}, namespace="/groups", timeout=3)
    activity = {"groupId": name, "type": "t", "data": {"deep": [data, "text"]}}
    ack = client.call("group-activity", activity, namespace="/groups", timeout=3)
    assert ack["data"] == activity["data"], ack
    conversation = {"conversationId": f"python-{name}"}
    client.call("conversation:join", conversation, namespace="/messages", timeout=3)
    client.call("message:send", {**conversation, "content": data}, namespace="/messages", timeout=3)
    page = client.call("messages:history", conversation, namespace="/messages", timeout=3)
    assert [each["content"] for each in page["messages"]] == [data], page
    with arrived:
        assert arrived.wait_for(lambda: len(heard) == 2, timeout=3), heard
    assert heard[0]["data"] == activity["data"] and heard[1]["content"] == data, heard
    client.disconnect()


for each in (["polling"], ["websocket"], None):
    run(str(each), each)
