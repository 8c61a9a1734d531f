_vane() {
	local word=${COMP_WORDS[COMP_CWORD]} words=
	if [ "$COMP_CWORD" = 1 ]; then
		words="help run init check route validate diff guide pact plan usage can-retire can-remove can-deploy status canary revision reload drain schema manual completion version"
	else
		case ${COMP_WORDS[1]} in
		run) words="--config --backend --contract --deprecate --listen --admin --validate " ;;
		init) words="" ;;
		check) words="--config --backend --contract --deprecate --listen --admin --validate --output " ;;
		route) words="--config --backend --contract --deprecate --listen --admin --validate --header --output " ;;
		validate) words="--contract --operation --status --content-type --content-encoding --unknown-fields --findings --schema --dialect --remote --formats --lines --output " ;;
		diff) words="--output --fail-on --mode --policy --fill-defaults --transitive --all --dialect --formats --ledger --config --from --version --explain " ;;
		guide) words="--ledger --config --from --version " ;;
		pact) words="--contract --backend --state-url --header --output " ;;
		plan) words="--output --no-contracts " ;;
		usage) words="--ledger --config --from --since --consumer --fields --output " ;;
		can-retire) words="--quiet-for --ledger --config --from --prometheus --output " ;;
		can-remove) words="--quiet-for --samples --ledger --config --from --output " ;;
		can-deploy) words="--pacts --ledger --config --from --window --version --old --output " ;;
		status) words="--admin --token-file --output " ;;
		canary) words="--admin --token-file " ;;
		revision) words="--admin --token-file " ;;
		reload) words="--admin --token-file " ;;
		drain) words="--admin --token-file " ;;
		schema) words="" ;;
		manual) words="" ;;
		completion) words="" ;;
		version) words="" ;;
		esac
	fi
	case $word in
	-*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
	*)
		if [ "$COMP_CWORD" = 1 ]; then COMPREPLY=($(compgen -W "$words" -- "$word"))
		else COMPREPLY=($(compgen -f -- "$word")); fi ;;
	esac
}
complete -o filenames -F _vane vane
