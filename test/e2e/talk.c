// SPDX-License-Identifier: GPL-2.0
/*
 * talk: real TCP connections between two network namespaces.
 *
 *	talk CLIENT,ADDRESS SERVER,ADDRESS PORT CONNECTIONS THERE BACK
 *
 * Namespace CLIENT opens CONNECTIONS one after the other to PORT of SERVER, each
 * from the next address. In each it sends THERE bytes, gets BACK bytes, and
 * closes first.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CHUNK = 65536,
	BACKLOG = 16,
};

struct talk {
	unsigned long connections;
	unsigned long there;
	unsigned long back;
};

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end)
		errx(2, "%s is no number", text);
	return value;
}

/* Enters the namespace of "NETNS,ADDRESS" and makes a socket there. */
static int open_socket(char *end, struct sockaddr_in *address)
{
	char *netns = strsep(&end, ",");
	char path[256];
	int fd;

	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	if (!end || inet_pton(AF_INET, end, &address->sin_addr) != 1)
		errx(2, "an end is NETNS,ADDRESS");
	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "network namespace %s", netns);
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		err(1, "socket");
	return fd;
}

static void send_bytes(int fd, unsigned long bytes)
{
	static const char zeros[CHUNK];
	ssize_t sent;

	for (; bytes; bytes -= sent) {
		sent = send(fd, zeros, bytes < CHUNK ? bytes : CHUNK, MSG_NOSIGNAL);
		if (sent < 0)
			err(1, "send");
	}
}

static void get_bytes(int fd, unsigned long bytes)
{
	static char room[CHUNK];
	ssize_t got;

	for (; bytes; bytes -= got) {
		got = recv(fd, room, bytes < CHUNK ? bytes : CHUNK, 0);
		if (got <= 0)
			err(1, "recv");
	}
}

static void serve(int listener, const struct talk *talk)
{
	unsigned long i;
	char byte;
	int fd;

	for (i = 0; i < talk->connections; i++) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			err(1, "accept");
		get_bytes(fd, talk->there);
		send_bytes(fd, talk->back);
		if (recv(fd, &byte, 1, 0))
			errx(1, "more than was to be sent");
		close(fd);
	}
}

static void next_address(struct sockaddr_in *address)
{
	address->sin_addr.s_addr = htonl(ntohl(address->sin_addr.s_addr) + 1);
}

static void visit(int fd, const struct sockaddr_in *from, const struct sockaddr_in *to,
		  const struct talk *talk)
{
	if (bind(fd, (const struct sockaddr *)from, sizeof(*from)))
		err(1, "bind to an address of the client");
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		err(1, "connect");
	send_bytes(fd, talk->there);
	get_bytes(fd, talk->back);
	close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in client, server;
	int listener, fd, status;
	struct talk talk;
	unsigned long i;
	pid_t child;

	if (argc != 7)
		errx(2, "usage: talk CLIENT,ADDRESS SERVER,ADDRESS PORT CONNECTIONS THERE BACK");
	talk.connections = number(argv[4]);
	talk.there = number(argv[5]);
	talk.back = number(argv[6]);
	listener = open_socket(argv[2], &server);
	server.sin_port = htons(number(argv[3]));
	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) ||
	    bind(listener, (struct sockaddr *)&server, sizeof(server)) || listen(listener, BACKLOG))
		err(1, "listen");
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		serve(listener, &talk);
		return 0;
	}
	fd = open_socket(argv[1], &client);
	for (i = 0; i < talk.connections; i++) {
		if (i)
			fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		visit(fd, &client, &server, &talk);
		next_address(&client);
	}
	if (waitpid(child, &status, 0) != child || status)
		errx(1, "the server failed");
	return 0;
}
