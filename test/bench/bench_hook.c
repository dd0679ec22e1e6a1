// SPDX-License-Identifier: GPL-2.0
/*
 * bench_hook: sends prepared packets through the netfilter hooks of a network
 * namespace, and clocks them. See bench_hook.h for what it is asked.
 *
 * Between two readings of the clock there is nothing but the hook and what
 * makes a packet another one: the next step of a sequence, too long for a branch
 * predictor to learn, names a packet and the address to put into it. The same
 * few packets are sent again and again, so their bytes are in the cache, as
 * they are when a network card has just delivered them.
 */
#include <linux/bottom_half.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/nsproxy.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include "bench_hook.h"

MODULE_AUTHOR("The ipt_traffic authors");
MODULE_DESCRIPTION("Drives netfilter hooks over prepared packets");
MODULE_LICENSE("GPL");

#define ADDRESSES_MAX (1U << 24)	/* what a step has room for */
#define STEPS_MAX (1U << 26)

struct prepared {
	struct sk_buff *skb;
	__be32 *inside;
	u32 base;
};

/* What a flat array counts for an address: two directions. */
struct flat_row {
	u64 bytes[2];
	u64 packets[2];
};

/**
 * struct flat - an array hooked into a namespace
 * @ops: the hook
 * @base: first address
 * @addresses: number of rows
 * @rows: the array, unless each CPU has its own
 * @own: the array of each CPU
 */
struct flat {
	struct nf_hook_ops ops;
	u32 base;
	u32 addresses;
	struct flat_row *rows;
	struct flat_row * __percpu *own;
};

/**
 * struct driver - an open file
 * @lock: for all that follows
 * @net: where the packets go
 * @packets: which packets
 * @steps: in which order, to which addresses
 * @count: of @steps
 * @flat: hooked in, or NULL
 */
struct driver {
	struct mutex lock;
	struct net *net;
	struct prepared packets[BENCH_PACKETS_MAX];
	u32 *steps;
	u32 count;
	struct flat *flat;
};

static int never_okfn(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

static int send(struct driver *driver, struct sk_buff *skb, unsigned int hook)
{
	struct net_device *lo = driver->net->loopback_dev;

	/* The family is not told by the compiler, as it is where packets come in. */
	if (skb->protocol == htons(ETH_P_IPV6))
		return nf_hook(NFPROTO_IPV6, hook, driver->net, NULL, skb, lo,
			       NULL, never_okfn);
	return nf_hook(NFPROTO_IPV4, hook, driver->net, NULL, skb, lo, NULL,
		       never_okfn);
}

/* Return: false when a rule did not let the packet pass; it is gone then. */
static bool send_step(struct driver *driver, u32 step, bool confirm)
{
	struct prepared *packet = &driver->packets[BENCH_STEP_PACKET(step)];
	bool passed;

	*packet->inside = cpu_to_be32(packet->base + BENCH_STEP_ADDRESS(step));
	passed = send(driver, packet->skb, NF_INET_PRE_ROUTING) == 1;
	if (confirm && passed) {
		passed = send(driver, packet->skb, NF_INET_LOCAL_IN) == 1;
		if (passed)
			nf_reset_ct(packet->skb);
	}
	if (unlikely(!passed))
		packet->skb = NULL;
	return passed;
}

/* Return: ns, or -EPERM when a rule did anything but let a packet pass. */
static s64 send_chunk(struct driver *driver, const u32 *steps, bool confirm)
{
	bool passed = true;
	u64 started;
	s64 took;
	u32 i;

	local_bh_disable();
	started = ktime_get_ns();
	for (i = 0; i < BENCH_CHUNK && passed; i++)
		passed = send_step(driver, steps[i], confirm);
	took = ktime_get_ns() - started;
	local_bh_enable();
	return passed ? took : -EPERM;
}

static bool may_run(const struct driver *driver)
{
	u32 i;

	for (i = 0; i < BENCH_PACKETS_MAX; i++)
		if (!driver->packets[i].skb)
			return false;
	return driver->count;
}

static int run(struct driver *driver, const struct bench_run *asked)
{
	u32 __user *clocks = u64_to_user_ptr(asked->clocks);
	u32 i, chunk = asked->first;
	s64 took;

	if (!may_run(driver))
		return -ENODATA;
	for (i = 0; i < asked->chunks; i++, chunk++) {
		chunk %= driver->count / BENCH_CHUNK;
		took = send_chunk(driver, driver->steps + chunk * BENCH_CHUNK,
				  asked->confirm);
		if (took < 0)
			return took;
		if (put_user((u32)min_t(s64, took, U32_MAX), clocks + i))
			return -EFAULT;
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static bool is_ipv6(const struct bench_packet *packet)
{
	return ((const struct iphdr *)packet->bytes)->version == 6;
}

static u32 header_length(const struct bench_packet *packet)
{
	return is_ipv6(packet) ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

static struct sk_buff *make_skb(const struct bench_packet *packet,
				struct net_device *device)
{
	struct sk_buff *skb;

	skb = alloc_skb(LL_MAX_HEADER + BENCH_PACKET_BYTES_MAX, GFP_KERNEL);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb_put_data(skb, packet->bytes, packet->length);
	skb_set_transport_header(skb, header_length(packet));
	skb->dev = device;
	skb->protocol = is_ipv6(packet) ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
	skb->pkt_type = PACKET_HOST;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}

static bool packet_is_valid(const struct bench_packet *packet)
{
	const struct iphdr *iph = (const struct iphdr *)packet->bytes;
	const u32 last_word = sizeof(struct in6_addr) - sizeof(__be32);

	if (packet->number >= BENCH_PACKETS_MAX ||
	    packet->length < header_length(packet) ||
	    packet->length > BENCH_PACKET_BYTES_MAX)
		return false;
	if (is_ipv6(packet))
		return packet->inside == offsetof(struct ipv6hdr, saddr) + last_word ||
		       packet->inside == offsetof(struct ipv6hdr, daddr) + last_word;
	return iph->version == 4 && iph->ihl == 5 &&
	       (packet->inside == offsetof(struct iphdr, saddr) ||
		packet->inside == offsetof(struct iphdr, daddr));
}

static int set_packet(struct driver *driver, const struct bench_packet *packet)
{
	struct prepared *prepared;
	struct sk_buff *skb;

	if (!packet_is_valid(packet))
		return -EINVAL;
	skb = make_skb(packet, driver->net->loopback_dev);
	if (!skb)
		return -ENOMEM;
	prepared = &driver->packets[packet->number];
	kfree_skb(prepared->skb);
	prepared->skb = skb;
	prepared->inside = (__be32 *)(skb->data + packet->inside);
	prepared->base = be32_to_cpu(*prepared->inside);
	return 0;
}

static bool steps_are_valid(const u32 *steps, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (BENCH_STEP_PACKET(steps[i]) >= BENCH_PACKETS_MAX)
			return false;
	return true;
}

static int set_sequence(struct driver *driver,
			const struct bench_sequence *sequence)
{
	const void __user *from = u64_to_user_ptr(sequence->steps);
	u32 *steps;

	if (!sequence->count || sequence->count % BENCH_CHUNK ||
	    sequence->count > STEPS_MAX)
		return -EINVAL;
	steps = vmemdup_user(from, sequence->count * sizeof(*steps));
	if (IS_ERR(steps))
		return PTR_ERR(steps);
	if (!steps_are_valid(steps, sequence->count)) {
		kvfree(steps);
		return -EINVAL;
	}
	kvfree(driver->steps);
	driver->steps = steps;
	driver->count = sequence->count;
	return 0;
}

/* The row of the side that is inside, or NULL; *@in: it is the destination. */
static __always_inline struct flat_row *
flat_row(const struct flat *flat, struct flat_row *rows,
	 const struct sk_buff *skb, bool *in)
{
	const struct iphdr *iph = ip_hdr(skb);
	u32 row = be32_to_cpu(iph->saddr) - flat->base;

	*in = row >= flat->addresses;
	if (*in)
		row = be32_to_cpu(iph->daddr) - flat->base;
	return row < flat->addresses ? &rows[row] : NULL;
}

static unsigned int flat_nothing(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static __always_inline unsigned int flat_add(const struct flat *flat,
					     struct flat_row *rows,
					     const struct sk_buff *skb)
{
	struct flat_row *row;
	bool in;

	row = flat_row(flat, rows, skb, &in);
	if (row) {
		row->bytes[in] += skb->len;
		row->packets[in]++;
	}
	return NF_ACCEPT;
}

static unsigned int flat_plain(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct flat *flat = priv;

	return flat_add(flat, flat->rows, skb);
}

static unsigned int flat_percpu(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	const struct flat *flat = priv;

	return flat_add(flat, *this_cpu_ptr(flat->own), skb);
}

static unsigned int flat_atomic(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	const struct flat *flat = priv;
	struct flat_row *row;
	bool in;

	row = flat_row(flat, flat->rows, skb, &in);
	if (row) {
		atomic64_add(skb->len, (atomic64_t *)&row->bytes[in]);
		atomic64_inc((atomic64_t *)&row->packets[in]);
	}
	return NF_ACCEPT;
}

static nf_hookfn *const flat_hooks[] = {
	[BENCH_FLAT_NOTHING] = flat_nothing,
	[BENCH_FLAT_PLAIN] = flat_plain,
	[BENCH_FLAT_ATOMIC] = flat_atomic,
	[BENCH_FLAT_PERCPU] = flat_percpu,
};

static void flat_free(struct flat *flat)
{
	unsigned int cpu;

	if (flat->own)
		for_each_possible_cpu(cpu)
			vfree(*per_cpu_ptr(flat->own, cpu));
	free_percpu(flat->own);
	vfree(flat->rows);
	kfree(flat);
}

static bool flat_alloc_rows(struct flat *flat, bool percpu)
{
	const size_t bytes = array_size(flat->addresses, sizeof(*flat->rows));
	unsigned int cpu;

	if (!percpu) {
		flat->rows = vzalloc(bytes);
		return flat->rows;
	}
	flat->own = alloc_percpu(struct flat_row *);
	if (!flat->own)
		return false;
	for_each_possible_cpu(cpu) {
		*per_cpu_ptr(flat->own, cpu) = vzalloc(bytes);
		if (!*per_cpu_ptr(flat->own, cpu))
			return false;
	}
	return true;
}

static int set_flat(struct driver *driver, const struct bench_flat *asked)
{
	struct flat *flat;
	int err;

	if (asked->kind >= ARRAY_SIZE(flat_hooks) || !asked->addresses ||
	    asked->addresses > ADDRESSES_MAX)
		return -EINVAL;
	if (driver->flat)
		return -EBUSY;
	flat = kzalloc(sizeof(*flat), GFP_KERNEL);
	if (!flat)
		return -ENOMEM;
	flat->base = asked->base;
	flat->addresses = asked->addresses;
	flat->ops.hook = flat_hooks[asked->kind];
	flat->ops.pf = NFPROTO_IPV4;
	flat->ops.hooknum = NF_INET_PRE_ROUTING;
	flat->ops.priority = NF_IP_PRI_RAW;
	flat->ops.priv = flat;

	err = -ENOMEM;
	if (flat_alloc_rows(flat, asked->kind == BENCH_FLAT_PERCPU))
		err = nf_register_net_hook(driver->net, &flat->ops);
	if (err)
		flat_free(flat);
	else
		driver->flat = flat;
	return err;
}

static int calibrate(unsigned long rounds)
{
	const u64 started = ktime_get_ns();

	while (rounds--)
		barrier();
	return min_t(u64, ktime_get_ns() - started, INT_MAX);
}

static int set_packet_from(struct driver *driver, const void __user *from)
{
	struct bench_packet *packet = memdup_user(from, sizeof(*packet));
	int err;

	if (IS_ERR(packet))
		return PTR_ERR(packet);
	err = set_packet(driver, packet);
	kfree(packet);
	return err;
}

static long ioctl_locked(struct driver *driver, unsigned int command,
			 unsigned long argument)
{
	const void __user *from = (const void __user *)argument;
	union {
		struct bench_sequence sequence;
		struct bench_run run;
		struct bench_flat flat;
	} asked;

	switch (command) {
	case BENCH_SET_PACKET:
		return set_packet_from(driver, from);
	case BENCH_CALIBRATE:
		return calibrate(argument);
	case BENCH_SET_SEQUENCE:
	case BENCH_RUN:
	case BENCH_SET_FLAT:
		if (copy_from_user(&asked, from, _IOC_SIZE(command)))
			return -EFAULT;
		break;
	default:
		return -ENOTTY;
	}
	if (command == BENCH_SET_SEQUENCE)
		return set_sequence(driver, &asked.sequence);
	if (command == BENCH_RUN)
		return run(driver, &asked.run);
	return set_flat(driver, &asked.flat);
}

static long bench_ioctl(struct file *file, unsigned int command,
			unsigned long argument)
{
	struct driver *driver = file->private_data;
	long result;

	if (mutex_lock_interruptible(&driver->lock))
		return -ERESTARTSYS;
	result = ioctl_locked(driver, command, argument);
	mutex_unlock(&driver->lock);
	return result;
}

static int bench_open(struct inode *inode, struct file *file)
{
	struct driver *driver = kzalloc(sizeof(*driver), GFP_KERNEL);

	if (!driver)
		return -ENOMEM;
	mutex_init(&driver->lock);
	driver->net = get_net(current->nsproxy->net_ns);
	file->private_data = driver;
	return 0;
}

static int bench_release(struct inode *inode, struct file *file)
{
	struct driver *driver = file->private_data;
	u32 i;

	if (driver->flat) {
		nf_unregister_net_hook(driver->net, &driver->flat->ops);
		synchronize_net();
		flat_free(driver->flat);
	}
	for (i = 0; i < BENCH_PACKETS_MAX; i++)
		kfree_skb(driver->packets[i].skb);
	kvfree(driver->steps);
	put_net(driver->net);
	kfree(driver);
	return 0;
}

static const struct proc_ops bench_ops = {
	.proc_open = bench_open,
	.proc_release = bench_release,
	.proc_ioctl = bench_ioctl,
};

static int __init bench_init(void)
{
	/* Its packets carry any source: for the administrator alone. */
	return proc_create("bench_hook", 0600, NULL, &bench_ops) ? 0 : -ENOMEM;
}

static void __exit bench_exit(void)
{
	remove_proc_entry("bench_hook", NULL);
}

module_init(bench_init);
module_exit(bench_exit);
