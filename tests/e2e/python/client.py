"""Speaks with the server through python3-socketio: polling, websocket and upgrade, sync and asyncio."""
import asyncio
import sys
import threading

import socketio

url, token = sys.argv[1:]


def run(transports):
    client = socketio.Client(reconnection=False)
    heard = {}
    arrived = threading.Condition()

    def note(name):
        def handler(data):
            with arrived:
                heard.setdefault(name, []).append(data)
                arrived.notify_all()

        return handler

    for name in ("joined-room", "room-message", "error"):
        client.on(name, note(name), namespace="/rooms")
    client.connect(url, namespaces=["/rooms"], auth={"token": token}, transports=transports)
    ack = client.call("join-room", {"room": "python"}, namespace="/rooms", timeout=3)
    assert ack["ok"] is True and ack["room"] == "python", ack
    client.emit("room-message", {"room": "python", "message": "hi"}, namespace="/rooms")
    client.emit("no-such-event", namespace="/rooms")
    with arrived:
        assert arrived.wait_for(lambda: "room-message" in heard and "error" in heard, timeout=3), heard
    assert heard["room-message"][0]["from"]["id"] == "py", heard
    assert heard["error"][0]["code"] == "unknown_event", heard
    client.disconnect()


async def run_async():
    client = socketio.AsyncClient(reconnection=False)
    heard = asyncio.Queue()
    client.on("new_message", heard.put, namespace="/hub")
    await client.connect(url, namespaces=["/hub"], auth={"token": token})
    await client.call("join_room", {"room": "python"}, namespace="/hub", timeout=3)
    await client.emit("send_message", {"room": "python", "message": "hi"}, namespace="/hub")
    message = await asyncio.wait_for(heard.get(), 3)
    assert message["type"] == "room", message
    await client.disconnect()


for each in (["polling"], ["websocket"], None):
    run(each)
asyncio.run(run_async())
