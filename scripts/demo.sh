# shellcheck shell=bash disable=SC2154,SC2034
# The demo merchant, made through the API like any other, with an account at the simulated Razorpay. Uses common.sh.

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

# The account at the simulated Amazon Pay, and its private key in amazonpay_key, as JSON spells it. The simulator makes the
# pair, as the real console does, and shows the private half once.
prepare_amazonpay() {
    local kept="$local_dir/demo-amazonpay.key" make answer=''
    for make in false true; do
        [[ "$make" == true || -s "$kept" ]] || continue
        answer=$(http PUT "$simulators_port" "/_accounts/amazonpay/$1" "{\"merchant_id\":\"$2\",\"store_id\":\"$3\",\"region\":\"eu\",
            \"make_key\":$make,\"ipn_url\":\"http://127.0.0.1:$port/webhooks/demo/amazonpay\"}") || die "the simulators do not answer"
        [[ "${answer%%$'\n'*}" != 2?? ]] || break
    done
    [[ "${answer%%$'\n'*}" == 2?? ]] || die "the simulators refused the demo account at Amazon Pay: $answer"
    [[ "$make" == false ]] || write_secret "$kept" "$(json_text private_key <<<"$answer")"
    amazonpay_key=$(cat "$kept")
}

# Writes .local/env; makes merchant and key first if the key of the last start does not work (any more, or at this database).
prepare_demo() {
    local key_id="rzp_test_demo" key_secret webhook_secret paytm_mid="DEMOMID0000000000001" paytm_key
    local juspay_merchant="demoshop" juspay_key payu_key="payuDemo" payu_salt answer
    local amazonpay_id="SANDBOX-DEMO0000000000000001" amazonpay_merchant="A1DEMOMERCHANT" amazonpay_store="amzn1.application-oa2-client.demo"
    local amazonpay_key
    key_secret=$(keep_secret "$local_dir/demo-razorpay.key" random_hex 16)
    webhook_secret=$(keep_secret "$local_dir/demo-webhook.key" random_hex 16)
    # Each time, because the ports may differ from the last start's.
    answer=$(http PUT "$simulators_port" "/_accounts/razorpay/$key_id" "{\"key_secret\":\"$key_secret\",
        \"webhook_url\":\"http://127.0.0.1:$port/webhooks/demo/razorpay\",\"webhook_secret\":\"$webhook_secret\"}") || die "the simulators do not answer"
    [[ "${answer%%$'\n'*}" == 2?? ]] || die "the simulators refused the demo account: $answer"

    paytm_key=$(keep_secret "$local_dir/demo-paytm.key" random_hex 16)
    answer=$(http PUT "$simulators_port" "/_accounts/paytm/$paytm_mid" \
        "{\"merchant_key\":\"$paytm_key\",\"webhook_url\":\"http://127.0.0.1:$port/webhooks/demo/paytm\"}") || die "the simulators do not answer"
    [[ "${answer%%$'\n'*}" == 2?? ]] || die "the simulators refused the demo account at Paytm: $answer"

    payu_salt=$(keep_secret "$local_dir/demo-payu.key" random_hex 16)
    answer=$(http PUT "$simulators_port" "/_accounts/payu/$payu_key" \
        "{\"salt\":\"$payu_salt\",\"webhook_url\":\"http://127.0.0.1:$port/webhooks/demo/payu\"}") || die "the simulators do not answer"
    [[ "${answer%%$'\n'*}" == 2?? ]] || die "the simulators refused the demo account at PayU: $answer"
    prepare_amazonpay "$amazonpay_id" "$amazonpay_merchant" "$amazonpay_store"

    juspay_key=$(keep_secret "$local_dir/demo-juspay.key" random_hex 16)
    answer=$(http PUT "$simulators_port" "/_accounts/juspay/$juspay_merchant" "{\"api_key\":\"$juspay_key\",
        \"webhook_url\":\"http://127.0.0.1:$port/webhooks/demo/juspay\",\"webhook_username\":\"demo\",
        \"webhook_password\":\"$webhook_secret\"}") || die "the simulators do not answer"
    [[ "${answer%%$'\n'*}" == 2?? ]] || die "the simulators refused the demo account at Juspay: $answer"

    demo_key=''
    [[ ! -f "$local_dir/env" ]] || demo_key=$(sed -nE 's/^export PAYMENTCLUSTER_KEY=//p' "$local_dir/env")
    # Each time, too: the demo shop's page may show the checkout page in a frame.
    call "$admin_key" PUT /api/v1/merchants/demo "{\"name\":\"Demo shop\",\"checkout_origins\":[\"http://127.0.0.1:$port\"]}" >/dev/null
    if ! demo_key_works "$demo_key"; then
        answer=$(call "$admin_key" POST /api/v1/merchants/demo/keys '{"scope":"secret"}')
        demo_key=$(json_text key <<<"$answer")
        [[ -n "$demo_key" ]] || die "the gateway made no key for the demo merchant"
        call "$demo_key" PUT /api/v1/providers/razorpay/credentials \
            "{\"key_id\":\"$key_id\",\"key_secret\":\"$key_secret\",\"webhook_secret\":\"$webhook_secret\"}" >/dev/null
    fi
    write_secret "$local_dir/env" "export PAYMENTCLUSTER_URL=http://127.0.0.1:$port
export PAYMENTCLUSTER_KEY=$demo_key
export PAYMENTCLUSTER_SIMULATORS=http://127.0.0.1:$simulators_port
# What PUT /api/v1/providers/paytm/credentials takes, for a second provider.
export PAYMENTCLUSTER_PAYTM='{\"mid\":\"$paytm_mid\",\"merchant_key\":\"$paytm_key\",\"website\":\"WEBSTAGING\",\"client_id\":\"client-$paytm_mid\",\"client_secret\":\"$paytm_key\"}'
# And at Juspay and PayU.
export PAYMENTCLUSTER_JUSPAY='{\"merchant_id\":\"$juspay_merchant\",\"api_key\":\"$juspay_key\",\"webhook_username\":\"demo\",\"webhook_password\":\"$webhook_secret\"}'
export PAYMENTCLUSTER_PAYU='{\"key\":\"$payu_key\",\"salt\":\"$payu_salt\"}'
# What PUT /api/v1/providers/amazonpay/credentials takes; Amazon Pay takes no rupees.
export PAYMENTCLUSTER_AMAZONPAY='{\"public_key_id\":\"$amazonpay_id\",\"private_key\":\"$amazonpay_key\",\"merchant_id\":\"$amazonpay_merchant\",\"store_id\":\"$amazonpay_store\",\"region\":\"eu\"}'"
}
