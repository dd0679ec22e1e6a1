/* SPDX-License-Identifier: GPL-2.0 */
/*
 * commands: what "trafctl COMMAND" may be, each in a file of its name.
 */
#ifndef TRAFCTL_COMMANDS_H
#define TRAFCTL_COMMANDS_H

/* What a command returns, and the program's exit status. */
enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
};

/* Each is given its arguments as main() is, argv[0] being its name. */
int list_main(int argc, char **argv);
int show_main(int argc, char **argv);
int export_main(int argc, char **argv);
int diff_main(int argc, char **argv);
int snapshot_main(int argc, char **argv);
int restore_main(int argc, char **argv);
int upgrade_main(int argc, char **argv);
int check_main(int argc, char **argv);
int mirror_main(int argc, char **argv);

#endif /* TRAFCTL_COMMANDS_H */
