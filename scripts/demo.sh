# shellcheck shell=bash disable=SC2154,SC2034
# The demo merchant, made through the API like any other, with an account at each of the simulated providers. Uses common.sh.

# call KEY METHOD PATH BODY: prints the answer's body, fails on anything but 2xx.
call() {
    local answer
    answer=$(http "$2" "$port" "$3" "$4" "Authorization: Bearer $1") || die "the gateway did not answer $2 $3"
    [[ "${answer%%$'\n'*}" == 2?? ]] || die "the gateway refused $2 $3: ${answer#*$'\n'}"
    printf '%s' "${answer#*$'\n'}"
}

demo_key_works() {
    local answer
    [[ -n "$1" ]] && answer=$(http GET "$port" '/api/v1/payments?limit=1' '' "Authorization: Bearer $1") && [[ "${answer%%$'\n'*}" == 200 ]]
}

# A publishable key that works is asked for an order token; one that does not is not known.
demo_page_key_works() {
    local answer
    [[ -n "$1" ]] && answer=$(http POST "$port" /api/v1/payments '{}' "Authorization: Bearer $1") && [[ "${answer%%$'\n'*}" == 403 ]]
}

# simulate PROVIDER ACCOUNT MEMBERS: makes the account at the simulated provider, whose webhooks come to us. Prints the answer. Each
# time, because the ports may differ from the last start's.
simulate() {
    local answer body="{$3,\"webhook_url\":\"http://127.0.0.1:$port/webhooks/demo/$1\"}"
    answer=$(http PUT "$simulators_port" "/_accounts/$1/$2" "${body/webhook_url/${4-webhook_url}}") || die "the simulators do not answer"
    [[ "${answer%%$'\n'*}" == 2?? ]] || die "the simulators refused the demo account at $1: $answer"
    printf '%s' "${answer#*$'\n'}"
}

# connect PROVIDER CREDENTIALS: gives them to the engine. The same ones again change nothing.
connect() { call "$demo_key" PUT "/api/v1/providers/$1/credentials" "$2" >/dev/null; }

connect_razorpay() {
    local id=rzp_test_demo secret webhook
    secret=$(keep_secret "$local_dir/demo-razorpay.key" random_hex 16)
    webhook=$(keep_secret "$local_dir/demo-webhook.key" random_hex 16)
    simulate razorpay "$id" "\"key_secret\":\"$secret\",\"webhook_secret\":\"$webhook\"" >/dev/null
    connect razorpay "{\"key_id\":\"$id\",\"key_secret\":\"$secret\",\"webhook_secret\":\"$webhook\"}"
}

connect_payu() {
    local key=payuDemo salt
    salt=$(keep_secret "$local_dir/demo-payu.key" random_hex 16)
    simulate payu "$key" "\"salt\":\"$salt\"" >/dev/null
    connect payu "{\"key\":\"$key\",\"salt\":\"$salt\"}"
}

connect_paytm() {
    local mid=DEMOMID0000000000001 key
    key=$(keep_secret "$local_dir/demo-paytm.key" random_hex 16)
    simulate paytm "$mid" "\"merchant_key\":\"$key\"" >/dev/null
    connect paytm "{\"mid\":\"$mid\",\"merchant_key\":\"$key\",\"website\":\"WEBSTAGING\",\"client_id\":\"client-$mid\",\"client_secret\":\"$key\"}"
}

connect_juspay() {
    local merchant=demoshop key webhook
    key=$(keep_secret "$local_dir/demo-juspay.key" random_hex 16)
    webhook=$(keep_secret "$local_dir/demo-webhook.key" random_hex 16)
    simulate juspay "$merchant" "\"api_key\":\"$key\",\"webhook_username\":\"demo\",\"webhook_password\":\"$webhook\"" >/dev/null
    connect juspay "{\"merchant_id\":\"$merchant\",\"api_key\":\"$key\",\"webhook_username\":\"demo\",\"webhook_password\":\"$webhook\"}"
}

# The simulator makes the pair of keys, as the real console does, and shows the private half once.
connect_amazonpay() {
    local id=SANDBOX-DEMO0000000000001 merchant=A1DEMOMERCHANT store=amzn1.application-oa2-client.demo
    local kept="$local_dir/demo-amazonpay.key" make=false answer
    [[ -s "$kept" && -d "$local_dir/simulators" ]] || make=true
    answer=$(simulate amazonpay "$id" "\"merchant_id\":\"$merchant\",\"store_id\":\"$store\",\"region\":\"eu\",\"make_key\":$make" ipn_url)
    [[ "$make" == false ]] || write_secret "$kept" "$(json_text private_key <<<"$answer")"
    connect amazonpay "{\"public_key_id\":\"$id\",\"private_key\":\"$(cat "$kept")\",\"merchant_id\":\"$merchant\",\"store_id\":\"$store\",\"region\":\"eu\",\"topic_arn\":\"arn:aws:sns:eu-west-1:000000000000:$merchant\"}"
}

# Writes .local/env; makes the key first if the one of the last start does not work (any more, or at this database).
prepare_demo() {
    local answer origins
    # The demo shop's own page, and the shop of the documentation's examples.
    origins="\"http://127.0.0.1:$port\",\"http://localhost:$port\",\"https://shop.example\""
    call "$admin_key" PUT /api/v1/merchants/demo "{\"name\":\"Demo shop\",\"card_vault\":true,\"origins\":[$origins]}" >/dev/null
    demo_key='' demo_page_key=''
    [[ ! -f "$local_dir/env" ]] || demo_key=$(sed -nE 's/^export PAYMENTCLUSTER_KEY=//p' "$local_dir/env")
    if ! demo_key_works "$demo_key"; then
        answer=$(call "$admin_key" POST /api/v1/merchants/demo/keys '{"scope":"secret"}')
        demo_key=$(json_text key <<<"$answer")
        [[ -n "$demo_key" ]] || die "the gateway made no key for the demo merchant"
        call "$demo_key" PUT /api/v1/routing '{"rules":[],"default_order":["razorpay","payu","paytm","juspay","amazonpay"]}' >/dev/null
    fi
    [[ ! -f "$local_dir/env" ]] || demo_page_key=$(sed -nE 's/^export PAYMENTCLUSTER_PUBLISHABLE_KEY=//p' "$local_dir/env")
    if ! demo_page_key_works "$demo_page_key"; then
        answer=$(call "$admin_key" POST /api/v1/merchants/demo/keys '{"scope":"publishable"}')
        demo_page_key=$(json_text key <<<"$answer")
        [[ -n "$demo_page_key" ]] || die "the gateway made no publishable key for the demo merchant"
    fi
    connect_razorpay
    connect_payu
    connect_paytm
    connect_juspay
    connect_amazonpay
    write_secret "$local_dir/env" "export PAYMENTCLUSTER_URL=http://127.0.0.1:$port
export PAYMENTCLUSTER_KEY=$demo_key
export PAYMENTCLUSTER_PUBLISHABLE_KEY=$demo_page_key
export PAYMENTCLUSTER_SIMULATORS=http://127.0.0.1:$simulators_port"
}
