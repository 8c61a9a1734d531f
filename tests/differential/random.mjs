// Numbers from a seed (mulberry32): the same on every machine and in every version of node.
export function random(seed) {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
	const below = (n) => Math.floor(next() * n);
	return {
		below,
		chance: (share) => next() < share,
		pick: (list) => list[below(list.length)],
		some(list, share) {
			return list.filter(() => next() < share);
		},
	};
}
