# shellcheck shell=sh
# Part of init, which sources it: makes packets from one device to the other leave through the cable. Without it the kernel
# keeps them, because both addresses are its own, and rdma_rxe copies them without a packet.

# These rules match only what a program sends through a given interface, as rdma_rxe does. What arrives still finds the
# addresses in the table `local`.
ip rule add pref 10 oif roce0 lookup 100
ip rule add pref 11 oif roce1 lookup 101
ip rule add pref 1000 lookup local
ip rule del pref 0
ip route add 192.168.100.11 dev roce0 src 192.168.100.10 table 100
ip route add 192.168.100.10 dev roce1 src 192.168.100.11 table 101
for end in 0 1; do
  other=$((1 - end))
  # The kernel would refuse packets from an address of its own, and not answer questions about its link address.
  echo 1 > "/proc/sys/net/ipv4/conf/roce$end/accept_local"
  echo 0 > "/proc/sys/net/ipv4/conf/roce$end/rp_filter"
  read -r address < "/sys/class/net/roce$other/address"
  ip neighbour replace "192.168.100.1$other" lladdr "$address" nud permanent dev "roce$end"
done
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
