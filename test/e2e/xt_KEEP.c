// SPDX-License-Identifier: GPL-2.0
/*
 * xt_KEEP: a target that keeps packets (NF_STOLEN), as no stock one does in any table. Who
 * goes on using one of them frees it, so that its reference is not the only one any more:
 * "kept" is how many there are, "sound" how many of those are still nobody else's.
 */
#include <linux/module.h>
#include <linux/netfilter/x_tables.h>
#include <linux/skbuff.h>

MODULE_DESCRIPTION("Test of ipt_traffic: a target that keeps packets");
MODULE_LICENSE("GPL");
MODULE_ALIAS("ipt_KEEP");
MODULE_ALIAS("ip6t_KEEP");

/* Packets, beyond which they are dropped. */
#define KEEP_MAX 1000

static struct sk_buff_head kept;

static unsigned int keep_tg(struct sk_buff *skb, const struct xt_action_param *par)
{
	if (skb_queue_len_lockless(&kept) >= KEEP_MAX)
		return NF_DROP;
	skb_queue_tail(&kept, skb);
	return NF_STOLEN;
}

static int get_kept(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%u\n", skb_queue_len_lockless(&kept));
}

static int get_sound(char *buffer, const struct kernel_param *kp)
{
	const struct sk_buff *skb;
	unsigned int sound = 0;

	spin_lock_bh(&kept.lock);
	skb_queue_walk(&kept, skb)
		sound += refcount_read(&skb->users) == 1;
	spin_unlock_bh(&kept.lock);
	return sysfs_emit(buffer, "%u\n", sound);
}

static const struct kernel_param_ops kept_ops = { .get = get_kept };
static const struct kernel_param_ops sound_ops = { .get = get_sound };

module_param_cb(kept, &kept_ops, NULL, 0444);
MODULE_PARM_DESC(kept, "packets that have been kept");
module_param_cb(sound, &sound_ops, NULL, 0444);
MODULE_PARM_DESC(sound, "packets of those whose only reference is the one here");

static struct xt_target keep_target __read_mostly = {
	.name = "KEEP",
	.family = NFPROTO_UNSPEC,
	.target = keep_tg,
	.me = THIS_MODULE,
};

static int __init keep_init(void)
{
	skb_queue_head_init(&kept);
	return xt_register_target(&keep_target);
}

static void __exit keep_exit(void)
{
	xt_unregister_target(&keep_target);
	skb_queue_purge(&kept);
}

module_init(keep_init);
module_exit(keep_exit);
