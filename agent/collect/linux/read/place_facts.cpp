// SPDX-License-Identifier: Apache-2.0
// What device_path.h needs to know beside the names. A transport's attributes stand in a folder of
// its class below the device (.../end_device-0:1/sas_device/end_device-0:1/), to which a link in
// /sys/class leads as well; a copied tree may have either.
#include <algorithm>

#include "agent/collect/linux/read/device_path.h"
#include "agent/collect/linux/read/read_text.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

class FactReader {
 public:
  explicit FactReader(host::Host& host) : host_(host) {}

  std::optional<std::string> file(const std::string& path) {
    const auto content = host_.read(path);
    if (!content) return std::nullopt;
    const std::string_view value = trim(*content);
    if (value.empty()) return std::nullopt;
    return std::string(value);
  }

  // The attribute of the device `name`, whose folder is `folder`, in the class.
  std::optional<std::string> attribute(std::string_view class_name, const std::string& folder,
                                       const std::string& name, const std::string& attribute) {
    const std::string in_class = "/" + std::string(class_name) + "/" + name + "/" + attribute;
    if (auto value = file(folder + in_class)) return value;
    return file("/sys/class" + in_class);
  }

  std::optional<std::string> of(std::string_view class_name, const DeviceNode& node,
                                const std::string& name) {
    return attribute(class_name, node.folder, node.name, name);
  }

  void subsystem(const std::string& folder, Subsystems& out) {
    const auto link = host_.read_link(folder + "/subsystem");
    if (link) out.emplace(folder, link->substr(link->rfind('/') + 1));
  }

  // Of host2 and host3 below the same device "host2".
  std::optional<std::string> first_below(const std::string& folder, std::string_view prefix) {
    const auto names = host_.list(folder);
    if (!names) return std::nullopt;
    std::optional<std::string> first;
    for (const std::string& name : *names) {
      if (!is_numbered(name, prefix)) continue;
      const bool lower = !first || std::pair(name.size(), name) < std::pair(first->size(), *first);
      if (lower) first = name;
    }
    return first;
  }

 private:
  host::Host& host_;
};

void take_node(FactReader& reader, const DeviceNode& node, const std::string& parent,
               PlaceFacts& facts) {
  const std::string& name = node.name;
  if (is_numbered(name, "ata")) {
    facts.ata_port = reader.of("ata_port", node, "port_no");
  } else if (name.starts_with("port-")) {
    facts.sas_port_phys = reader.of("sas_port", node, "num_phys");
  } else if (name.starts_with("expander-")) {
    facts.sas_expander = reader.of("sas_device", node, "sas_address");
  } else if (name.starts_with("end_device-")) {
    facts.sas_phy = reader.of("sas_device", node, "phy_identifier");
    facts.sas_address = reader.of("sas_device", node, "sas_address");
  } else if (name.starts_with("rport-")) {
    facts.fc_port = reader.of("fc_remote_ports", node, "port_name");
  } else if (name.starts_with("target") && !facts.fc_port) {
    facts.fc_port = reader.of("fc_transport", node, "port_name");
  } else if (is_numbered(name, "session")) {
    const std::string connection = "connection" + name.substr(7) + ":0";
    const std::string folder = node.folder + "/" + connection;
    facts.iscsi_target = reader.of("iscsi_session", node, "targetname");
    facts.iscsi_address =
        reader.attribute("iscsi_connection", folder, connection, "persistent_address");
    facts.iscsi_port = reader.attribute("iscsi_connection", folder, connection, "persistent_port");
  } else if (is_numbered(name, "host") || is_numbered(name, "ide")) {
    facts.first_of_parent =
        reader.first_below(parent, name.substr(0, name.find_first_of("0123456789")));
  } else if (is_scsi_address(name)) {
    facts.firewire_id = reader.file(node.folder + "/ieee1394_id");
  }
}

}  // namespace

PlaceFacts read_place_facts(host::Host& host, std::string_view link_target) {
  PlaceFacts facts;
  FactReader reader(host);
  const std::vector<DeviceNode> nodes = device_nodes(link_target);
  if (nodes.empty() || nodes.front().name == "virtual") return facts;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    reader.subsystem(nodes[i].folder, facts.subsystems);
    // A target of its own below a host says only for Fibre Channel where its port is.
    const bool fibre_channel = i > 0 && nodes[i - 1].name.starts_with("rport-");
    if (nodes[i].name.starts_with("target") && !fibre_channel) continue;
    take_node(reader, nodes[i], i > 0 ? nodes[i - 1].folder : "/sys/devices", facts);
  }
  if (nodes.back().name.starts_with("nvme"))
    facts.namespace_id = reader.file(nodes.back().folder + "/nsid");
  return facts;
}

}  // namespace muster::agent::collect
