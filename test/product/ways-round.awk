# SPDX-License-Identifier: GPL-2.0
#
# Whether a function returns without a locked instruction, if its branches fall
# that way. Input: objdump -dr --no-show-raw-insn. Exit status 1 if it cannot.

/^[0-9a-f]+ </ { inside = $2 == "<" function_name ">:" }

# A relocation: the branch before leads out of the function.
inside && $2 ~ /^R_/ && count { outward[count] = 1 }

inside && $1 ~ /^[0-9a-f]+:$/ && $2 !~ /^R_/ {
	address = substr($1, 1, length($1) - 1)
	number[address] = ++count
	mnemonic[count] = $2
	target[count] = $3
}

function visit(i) {
	if (i && !(i in seen)) {
		seen[i] = 1
		waiting[++waits] = i
	}
}

END {
	visit(count ? 1 : 0)
	while (waits) {
		i = waiting[waits--]
		if (mnemonic[i] == "lock" || mnemonic[i] == "ud2")
			continue
		if (mnemonic[i] ~ /^ret/ || mnemonic[i] == "jmp" &&
		    (outward[i] || !(target[i] in number)))
			exit 0
		if (mnemonic[i] ~ /^j/ && !outward[i])
			visit(number[target[i]])
		if (mnemonic[i] != "jmp")
			visit(i + 1)
	}
	exit 1
}
