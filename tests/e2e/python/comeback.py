"""Stays connected through a server's stop and new start, as python3-socketio does by itself. Prints a line for each
thing that happens; ends when it was connected twice."""
import sys
import threading

import socketio

url, token, transport = sys.argv[1:]
connects = 0
twice = threading.Event()
client = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.5)


@client.on("connect", namespace="/hub")
def connected():
    global connects
    connects += 1
    print("connected", flush=True)
    if connects == 2:
        twice.set()


@client.on("disconnect", namespace="/hub")
def disconnected():
    print("disconnected", flush=True)


client.connect(url, namespaces=["/hub"], auth={"token": token}, transports=[transport])
if not twice.wait(30):
    sys.exit("did not come back")
client.disconnect()
