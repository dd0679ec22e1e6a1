// SPDX-License-Identifier: GPL-2.0
/*
 * talk: real TCP connections between two network namespaces.
 *
 *	talk CLIENT,ADDRESS SERVER,ADDRESS PORT CONNECTIONS THERE BACK
 *
 * Namespace CLIENT opens CONNECTIONS one after the other to PORT of SERVER, each
 * from the next address (they differ in the last byte), of IPv4 or IPv6. In each it sends THERE
 * bytes, gets BACK bytes, and closes first.
 */
#define _GNU_SOURCE
#include "place.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	/* More than a packet of BIG TCP holds, or nobody would make one. */
	CHUNK = 1 << 20,
	BACKLOG = 16,
};

struct talk {
	unsigned long connections;
	unsigned long there;
	unsigned long back;
};

/* Of either family. */
union address {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
};

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end)
		errx(2, "%s is no number", text);
	return value;
}

static bool parse_address(const char *text, unsigned long port, union address *address)
{
	memset(address, 0, sizeof(*address));
	address->any.sa_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (address->any.sa_family == AF_INET) {
		address->ipv4.sin_port = htons(port);
		return inet_pton(AF_INET, text, &address->ipv4.sin_addr) == 1;
	}
	address->ipv6.sin6_port = htons(port);
	return inet_pton(AF_INET6, text, &address->ipv6.sin6_addr) == 1;
}

static socklen_t length_of(const union address *address)
{
	return address->any.sa_family == AF_INET ? sizeof(address->ipv4) : sizeof(address->ipv6);
}

static int new_socket(const union address *address)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

/* Enters the namespace of "NETNS,ADDRESS" and makes a socket there. */
static int open_socket(char *end, unsigned long port, union address *address)
{
	char *netns = strsep(&end, ",");

	if (!end || !parse_address(end, port, address))
		errx(2, "an end is NETNS,ADDRESS");
	enter_namespace(netns);
	return new_socket(address);
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

static void next_address(union address *address)
{
	if (address->any.sa_family == AF_INET)
		((uint8_t *)&address->ipv4.sin_addr)[3]++;
	else
		address->ipv6.sin6_addr.s6_addr[15]++;
}

static void visit(int fd, const union address *from, const union address *to,
		  const struct talk *talk)
{
	if (bind(fd, &from->any, length_of(from)))
		err(1, "bind to an address of the client");
	if (connect(fd, &to->any, length_of(to)))
		err(1, "connect");
	send_bytes(fd, talk->there);
	get_bytes(fd, talk->back);
	close(fd);
}

int main(int argc, char **argv)
{
	union address client, server;
	int listener, fd, status;
	struct talk talk;
	unsigned long i;
	pid_t child;

	if (argc != 7)
		errx(2, "usage: talk CLIENT,ADDRESS SERVER,ADDRESS PORT CONNECTIONS THERE BACK");
	talk.connections = number(argv[4]);
	talk.there = number(argv[5]);
	talk.back = number(argv[6]);
	listener = open_socket(argv[2], number(argv[3]), &server);
	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) ||
	    bind(listener, &server.any, length_of(&server)) || listen(listener, BACKLOG))
		err(1, "listen");
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		serve(listener, &talk);
		return 0;
	}
	fd = open_socket(argv[1], 0, &client);
	for (i = 0; i < talk.connections; i++) {
		if (i)
			fd = new_socket(&client);
		visit(fd, &client, &server, &talk);
		next_address(&client);
	}
	if (waitpid(child, &status, 0) != child || status)
		errx(1, "the server failed");
	return 0;
}
