/* SPDX-License-Identifier: GPL-2.0 */
/* The type of ICMPv6 that is a query (RFC 4443). */
#ifndef SHIM_LINUX_ICMPV6_H
#define SHIM_LINUX_ICMPV6_H

#define ICMPV6_ECHO_REQUEST 128

#endif /* SHIM_LINUX_ICMPV6_H */
