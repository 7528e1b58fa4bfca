"""
Runs OpenStack Swift with its S3 API in one process: the account, container, object and proxy server.
Usage: s3_server.py FOLDER PORT. The access key is test:tester, the secret key is testing. There is one copy of each object.
"""
import os
import sys

import eventlet
import eventlet.event

eventlet.monkey_patch()

from eventlet import listen, wsgi
from swift.common import utils
from swift.common.ring import RingBuilder
from swift.common.storage_policy import reload_storage_policies
from swift.common.swob import Request

folder, port = sys.argv[1], int(sys.argv[2])
utils.SWIFT_CONF_FILE = os.path.join(folder, 'swift.conf')

SWIFT = """
[swift-hash]
swift_hash_path_suffix = test
[storage-policy:0]
name = one
default = yes
[swift-constraints]
max_file_size = 5368709122
"""

SERVER = """
[DEFAULT]
devices = {folder}
swift_dir = {folder}
mount_check = false
fallocate_reserve = 0
[app:main]
use = egg:swift#{kind}
"""

PROXY = """
[DEFAULT]
swift_dir = {folder}
[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats s3api tempauth copy slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
conn_timeout = 5
node_timeout = 30
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
dns_compliant_bucket_names = false
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
"""


def write(name, text):
    path = os.path.join(folder, name)
    with open(path, 'w') as file:
        file.write(text)
    return path


def make_ring(name, server_port):
    builder = RingBuilder(1, 1, 0)
    builder.add_dev({'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': server_port, 'device': 'disk', 'weight': 1,
                     'meta': '', 'replication_ip': '127.0.0.1', 'replication_port': server_port})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, name + '.ring.gz'))


class Quiet:
    def write(self, _line):
        pass


def serve(socket, app):
    eventlet.spawn(wsgi.server, socket, app, Quiet(), custom_pool=eventlet.GreenPool(500))


os.makedirs(os.path.join(folder, 'disk'), exist_ok=True)
write('swift.conf', SWIFT)
sockets = {kind: listen(('127.0.0.1', 0)) for kind in ('account', 'container', 'object')}
for kind, socket in sockets.items():
    make_ring(kind, socket.getsockname()[1])
utils.validate_hash_conf()
reload_storage_policies()

from swift.common.wsgi import loadapp

for kind, socket in sockets.items():
    serve(socket, loadapp(write(kind + '.conf', SERVER.format(folder=folder, kind=kind))))
proxy = loadapp(write('proxy.conf', PROXY.format(folder=folder)))
serve(listen(('127.0.0.1', port)), proxy)
print('ready', flush=True)
eventlet.event.Event().wait()
