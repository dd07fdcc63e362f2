// SPDX-License-Identifier: Apache-2.0
#include "tests/server/cli/fleet_answers.h"

namespace muster::cli {
namespace {

constexpr const char* kFleetItems = R"json({"data":[
{"item_id":1,"name":"lap-0401","class":"hardware.computer.laptop","state":"reporting","seen_at":"2026-11-23T09:50:00Z","os":"Debian GNU/Linux 12.11","manufacturer":"LENOVO","model":"21AHCTO1WW","serial_number":"PFD962EF","owner":"anovak","memory_bytes":16603545600},
{"item_id":12,"name":"lap-0408","class":"hardware.computer.laptop","state":"silent","seen_at":"2026-11-07T09:50:00Z","os":"Ubuntu 24.04.1 LTS (Noble Numbat)","manufacturer":"HP","model":"HP EliteBook 840 14 inch G10 Notebook PC","serial_number":"5CG1234X9Q","owner":"Ana Novákova"},
{"item_id":13,"name":"db-primary-01.fra.example.net","class":"hardware.computer.server","state":"reporting","seen_at":"2026-11-23T09:59:58Z","os":"Red Hat Enterprise Linux 9.4 (Plow)","model":"PowerEdge R760","serial_number":"7XK2JT3"},
{"item_id":1017,"name":"東京-受付-01","class":"hardware.computer.desktop","state":"revoked","seen_at":"2026-11-22T20:00:00Z","os":"Alpine Linux 3.20.3","model":"To be named","serial_number":"VMware-56 4d 7c 1f 0e 2a 91 d3-5c 4b","owner":"佐藤花子"},
{"item_id":41,"name":"prn-3","class":"hardware.printer","state":"none"}
],"total":5,"undetermined":0})json";

constexpr const char* kFleetItem =
    R"json({"item_id":12,"name":"lap-0408","class":"hardware.computer.laptop","state":"silent","seen_at":"2026-11-07T09:50:00Z","os":"Ubuntu 24.04.1 LTS (Noble Numbat)","manufacturer":"HP","model":"HP EliteBook 840 14 inch G10 Notebook PC","serial_number":"5CG1234X9Q","memory_bytes":25276502016,
"attributes":{"owner":{"value":"Ana Novákova","since":"2026-10-29T07:30:00Z","actor":"kos"},"note":{"value":"The lid does not close; spare charger is in the drawer of the reception on the second floor.","since":"2026-11-01T07:30:00Z","actor":"kos"}},
"kernel_release":"6.8.0-48-generic","cpu":"13th Gen Intel(R) Core(TM) i7-1365U","addresses":["10.20.1.18","fe80::6e02:e0ff:fe4a:11c2"],
"agent":{"version":"0.1.0","address":"10.20.1.18"},
"sections":[
{"section":"disks","status":"ok","rows":1,"ok_at":"2026-11-07T09:50:00Z","stale":false},
{"section":"memory_modules","status":"denied","rows":2,"ok_at":"2026-11-02T09:50:00Z","stale":true,"reason":"/sys/firmware/dmi/tables/DMI: Permission denied"},
{"section":"packages","status":"ok","rows":2163,"ok_at":"2026-11-07T09:50:00Z","stale":false}],
"vitals":{"uptime_seconds":86400,"memory_available_bytes":8267825971,"filesystems":[{"mount_point":"/","available_bytes":120259084288}]},
"open_tickets":1})json";

constexpr const char* kFleetChanges = R"json({"data":[
{"section":"packages","kind":"changed","label":"firefox-esr","sentence":"firefox-esr upgraded 128.13.0esr-1~deb12u1 to 140.5.0esr-1~deb12u1","at":"2026-11-23T08:00:00Z","not_before":"2026-11-21T16:00:00Z"},
{"section":"packages","kind":"added","label":"libreoffice-l10n-sl","sentence":"libreoffice-l10n-sl 4:7.4.7-1+deb12u5 installed","at":"2026-11-23T08:00:00Z","not_before":"2026-11-23T07:45:00Z","seen_afterwards":true},
{"section":"memory_modules","kind":"removed","label":"ChannelA-DIMM1","sentence":"Memory module ChannelA-DIMM1 removed: 16.0 GiB, DDR4, Samsung, serial number 37A1B2C4","at":"2026-11-21T16:00:00Z"},
{"section":"interfaces","kind":"added","label":"eth1","sentence":"Network interface eth1 added: ethernet, MAC address 6c:02:e0:4a:11:c2","at":"2025-12-31T23:00:00Z","not_before":"2025-12-31T22:45:00Z","time_uncertain":true}
],"gaps":[{"since":"2026-11-22T08:00:00Z","until":"2026-11-22T09:00:00Z","reason":"restore"}]})json";

constexpr const char* kFleetComparison =
    R"json({"a":{"item_id":1,"name":"lap-0401"},"b":{"item_id":12,"name":"lap-0408"},"identity":false,"left_out":["users"],"sections":[
{"section":"disks","title":"Disks","only_a":[],"only_b":[{"label":"sdb","summary":"SanDisk Ultra USB 3.0, 28.7 GiB","values":{"model":"SanDisk Ultra USB 3.0","size_bytes":30784094208}}],"different":[{"label":"nvme0n1","a":{},"b":{},"fields":[{"field":"size_bytes","a":1024209543168,"b":512110190592},{"field":"firmware_revision","a":"GXA7801Q","b":"3B2QGXA7"}]}],"same":0},
{"section":"packages","title":"Packages","incomplete":["b"],"only_a":[{"label":"zoom","summary":"6.2.11.5069","values":{"name":"zoom","version":"6.2.11.5069"}}],"only_b":[],"different":[{"label":"firefox-esr","a":{},"b":{},"fields":[{"field":"version","a":"140.5.0esr-1~deb12u1","b":"128.13.0esr-1~deb12u1"}]},{"label":"linux-image-6.1.0-40-amd64","a":{},"b":{},"fields":[{"field":"version","a":"6.1.153-1","b":"6.1.148-1"}]}],"same":2161},
{"section":"memory_modules","title":"Memory modules","not_compared":"the second side could not be looked at: denied","only_a":[],"only_b":[],"different":[],"same":0}]})json";

constexpr const char* kFleetTicket =
    R"json({"ticket_id":1042,"number":"INC-1042","type":"incident","state":"in_progress","title":"Video calls break off since this morning, in every meeting","requester":"Ana Novákova","assignee":"tech","began_at":"2026-11-23T09:00:00Z","created_at":"2026-11-23T09:20:00Z",
"description":"After some minutes the picture stands still and the sound is gone. It was well on Friday, and with the telephone it works in the same room.",
"links":[{"link_id":1,"item_id":12,"item_name":"lap-0408","role":"affected","linked_by":"kos","reason":"the owner's only laptop, as the address of the call shows"},{"link_id":2,"item_id":13,"item_name":"db-primary-01.fra.example.net","role":"related","linked_by":"kos"}],
"notes":[{"at":"2026-11-23T09:30:00Z","author":"kos","kind":"note","text":"driver of the network card was upgraded on Saturday; the old one is still in the archive of the mirror"}]})json";

constexpr const char* kFleetContext =
    R"json({"from":"2026-11-22T09:00:00Z","began_at":"2026-11-23T09:00:00Z",
"items":[{"item_id":12,"name":"lap-0408","class":"hardware.computer.laptop","os":"Ubuntu 24.04.1 LTS (Noble Numbat)","model":"HP EliteBook 840 14 inch G10 Notebook PC","serial_number":"5CG1234X9Q","owner":"Ana Novákova","seen_at":"2026-11-07T09:50:00Z"},{"item_id":13,"name":"db-primary-01.fra.example.net","class":"hardware.computer.server","os":"Red Hat Enterprise Linux 9.4 (Plow)","model":"PowerEdge R760","serial_number":"7XK2JT3","seen_at":"2026-11-23T09:59:58Z"}],
"data":[{"item_id":12,"item_name":"lap-0408","change":{"section":"packages","kind":"changed","sentence":"linux-modules-extra-6.8.0-48-generic upgraded 6.8.0-48.48 to 6.8.0-49.49","at":"2026-11-23T08:00:00Z","not_before":"2026-11-23T06:00:00Z"},"seen_afterwards":false}]})json";

constexpr const char* kFleetAgents = R"json({"data":[
{"agent_id":"0a1b2c3d-1111-4222-8333-444455556666","state":"active","item_id":1,"item_name":"lap-0401","agent_version":"0.1.0","reported_at":"2026-11-23T09:50:00Z","address":"10.20.1.10"},
{"agent_id":"1a1b2c3d-1111-4222-8333-444455556666","state":"superseded","item_id":12,"item_name":"lap-0408","agent_version":"0.1.0~rc2+git20261101","reported_at":"2026-11-07T09:50:00Z","address":"2001:db8:85a3:8d3:1319:8a2e:370:7348"},
{"agent_id":"2a1b2c3d-1111-4222-8333-444455556666","state":"active","item_id":13,"item_name":"db-primary-01.fra.example.net","agent_version":"0.1.0","reported_at":"2026-11-23T09:59:58Z","address":"192.0.2.200"},
{"agent_id":"3a1b2c3d-1111-4222-8333-444455556666","state":"revoked","item_id":1017,"item_name":"東京-受付-01","agent_version":"0.1.0","reported_at":"2026-11-22T20:00:00Z","address":"10.20.9.1"},
{"agent_id":"4a1b2c3d-1111-4222-8333-444455556666","state":"active","enrolled_at":"2026-11-23T09:59:00Z"}
]})json";

constexpr const char* kFleetSections = R"json({"data":[
{"name":"disks","fields":[{"name":"identifier","type":"text","key":true},{"name":"instance","type":"integer","key":true},{"name":"name","type":"text"},{"name":"vendor","type":"text"},{"name":"model","type":"text"},{"name":"serial_number","type":"text"},{"name":"wwn","type":"text"},{"name":"firmware_revision","type":"text"},{"name":"size_bytes","type":"integer"},{"name":"transport","type":"enum"}]},
{"name":"os","fields":[{"name":"name","type":"text"},{"name":"id","type":"text"},{"name":"version","type":"text"},{"name":"build_id","type":"text"},{"name":"kernel_version","type":"text"}]}]})json";

constexpr const char* kFleetDisks = R"json({"section":"disks","total":2,"sources":[],"data":[
{"values":{"identifier":"serial:SAMSUNG MZVL21T0HCLR-00BL7:S64MNX0T512345","instance":1,"model":"SAMSUNG MZVL21T0HCLR-00BL7","name":"nvme0n1","serial_number":"S64MNX0T512345","size_bytes":1024209543168,"transport":"nvme","wwn":"eui.002538b511b2c3d4"},"since":"2026-10-29T07:30:00Z"},
{"values":{"identifier":"path:pci-0000:00:14.0-usb-0:2:1.0-scsi-0:0:0:0","instance":1,"model":"Ultra USB 3.0","name":"sda","size_bytes":30784094208,"transport":"usb","vendor":"SanDisk"},"since":"2026-11-21T08:00:00Z"}]})json";

constexpr const char* kFleetSystem = R"json({"section":"os","total":1,"sources":[],"data":[
{"values":{"id":"ubuntu","kernel_version":"#48-Ubuntu SMP PREEMPT_DYNAMIC Fri Sep 27 14:04:52 UTC 2024","name":"Ubuntu","version":"24.04.1 LTS (Noble Numbat)"},"since":"2026-10-29T07:30:00Z"}]})json";

}  // namespace

void answer_as_fleet(FakeWorld& world) {
  for (const char* limit : {"50", "500"}) {
    const std::string end = std::string("limit=") + limit;
    world.answer("GET /api/v1/items?" + end, 200, kFleetItems);
    world.answer("GET /api/v1/items/lap-0408/changes?" + end, 200, kFleetChanges);
    world.answer("GET /api/v1/agents?" + end, 200, kFleetAgents);
    world.answer("GET /api/v1/items/lap-0408/sections/disks?" + end, 200, kFleetDisks);
    world.answer("GET /api/v1/items/lap-0408/sections/os?" + end, 200, kFleetSystem);
    world.answer(
        "GET /api/v1/tickets?state=new%2Cin_progress%2Con_hold%2Cresolved&" + end, 200,
        R"({"data":[{"number":"INC-1042","state":"in_progress","title":"Video calls break off since this morning, in every meeting","item_names":["lap-0408","db-primary-01.fra.example.net"],"requester":"Ana Novákova","began_at":"2026-11-23T09:00:00Z"}]})");
  }
  world.answer("GET /api/v1/items/lap-0408", 200, kFleetItem);
  world.answer("GET /api/v1/items/12/changes?limit=3", 200, kFleetChanges);
  world.answer(
      "GET /api/v1/tickets?item=12&state=open&limit=10", 200,
      R"({"data":[{"number":"INC-1042","state":"in_progress","title":"Video calls break off since this morning, in every meeting","requester":"Ana Novákova","began_at":"2026-11-23T09:00:00Z"}]})");
  world.answer("GET /api/v1/compare?a=lap-0401&b=lap-0408", 200, kFleetComparison);
  world.answer("GET /api/v1/tickets/INC-1042", 200, kFleetTicket);
  world.answer("GET /api/v1/tickets/INC-1042/context", 200, kFleetContext);
  world.answer("GET /api/v1/sections", 200, kFleetSections);
}

}  // namespace muster::cli
