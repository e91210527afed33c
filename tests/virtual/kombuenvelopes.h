// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace QombuTest {

// One envelope as Kombu 5.6.2 wrote it, delivery tags apart.
struct KombuEnvelope
{
    const char *name;
    const char *text;
};

// clang-format off
inline constexpr KombuEnvelope KombuEnvelopes[] = {
    // publish({"hello": "world"}, routing_key="q1")
    {"R1",
     R"json({"body": "eyJoZWxsbyI6ICJ3b3JsZCJ9", "content-encoding": "utf-8", "content-type": "application/json", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000001"}})json"},
    // publish("text é", routing_key="q1")
    {"R2",
     R"json({"body": "dGV4dCDDqQ==", "content-encoding": "utf-8", "content-type": "text/plain", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000002"}})json"},
    // publish(bytes 00 ff 10, routing_key="q1")
    {"R3",
     R"json({"body": "AP8Q", "content-encoding": "binary", "content-type": "application/data", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000003"}})json"},
    // publish({"a":1}, headers={"h":"v","n":1}, priority=5, expiration=2.5, delivery_mode=1, correlation_id="c1", reply_to="rq", message_id="m1", timestamp=12345, app_id="app", type="t")
    {"R4",
     R"json({"body": "eyJhIjogMX0=", "content-encoding": "utf-8", "content-type": "application/json", "headers": {"h": "v", "n": 1}, "properties": {"correlation_id": "c1", "reply_to": "rq", "message_id": "m1", "timestamp": 12345, "app_id": "app", "type": "t", "delivery_mode": 1, "expiration": "2500", "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 5, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000004"}})json"},
    // publish({"a":1}, compression="zlib" or "gzip")
    {"R5",
     R"json({"body": "eJyrVkpUslIwrAUACeUCKQ==", "content-encoding": "utf-8", "content-type": "application/json", "headers": {"compression": "application/x-gzip"}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000018"}})json"},
    // compression="bzip2"
    {"R5b",
     R"json({"body": "QlpoOTFBWSZTWdZNankAAAMZgFAAIBAgAAAKIAAiGAIYBOJ9bhdyRThQkNZNank=", "content-encoding": "utf-8", "content-type": "application/json", "headers": {"compression": "application/x-bz2"}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000020"}})json"},
    // compression="lzma"
    {"R5c",
     R"json({"body": "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAHeyJhIjogMX0A3GfKofJFxeEAASAIuxnZux+2830BAAAAAARZWg==", "content-encoding": "utf-8", "content-type": "application/json", "headers": {"compression": "application/x-lzma"}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000021"}})json"},
    // compression="brotli"
    {"R5d",
     R"json({"body": "iwOAeyJhIjogMX0D", "content-encoding": "utf-8", "content-type": "application/json", "headers": {"compression": "application/x-brotli"}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000022"}})json"},
    // publish({"a":[1,2.5,null,true,"é"]}, serializer="json")
    {"R6",
     R"json({"body": "eyJhIjogWzEsIDIuNSwgbnVsbCwgdHJ1ZSwgIlx1MDBlOSJdfQ==", "content-encoding": "utf-8", "content-type": "application/json", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000023"}})json"},
    // same, serializer="yaml"
    {"R6b",
     R"json({"body": "YToKLSAxCi0gMi41Ci0gbnVsbAotIHRydWUKLSAiXHhFOSIK", "content-encoding": "utf-8", "content-type": "application/x-yaml", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000024"}})json"},
    // same, serializer="msgpack"
    {"R6c",
     R"json({"body": "gaFhlQHLQAQAAAAAAADAw6LDqQ==", "content-encoding": "binary", "content-type": "application/x-msgpack", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000025"}})json"},
    // same, serializer="pickle"
    {"R6d",
     R"json({"body": "gASVHgAAAAAAAAB9lIwBYZRdlChLAUdABAAAAAAAAE6IjALDqZRlcy4=", "content-encoding": "binary", "content-type": "application/x-python-serialize", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000026"}})json"},
    // publish(bytes 01 02, serializer="raw")
    {"R6e",
     R"json({"body": "AQI=", "content-encoding": "binary", "content-type": "application/data", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000027"}})json"},
    // publish("<a/>", content_type="application/xml")
    {"R7",
     R"json({"body": "PGEvPg==", "content-encoding": "utf-8", "content-type": "application/xml", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000028"}})json"},
    // publish(b"<a/>", content_type="application/xml")
    {"R7b",
     R"json({"body": "PGEvPg==", "content-encoding": "binary", "content-type": "application/xml", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000029"}})json"},
    // publish("")
    {"R8",
     R"json({"body": "", "content-encoding": "utf-8", "content-type": "text/plain", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000030"}})json"},
    // publish(null)
    {"R8b",
     R"json({"body": "bnVsbA==", "content-encoding": "utf-8", "content-type": "application/json", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000031"}})json"},
    // publish({"hello": "é😀\x7f/"}) — body escapes DEL, not "/"
    {"R9",
     R"json({"body": "eyJoZWxsbyI6ICJcdTAwZTlcdWQ4M2RcdWRlMDBcdTAwN2YvIn0=", "content-encoding": "utf-8", "content-type": "application/json", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000032"}})json"},
    // transport option body_encoding="utf-8", publish({"hello":"é"})
    {"R11",
     R"json({"body": "{\"hello\": \"\\u00e9\"}", "content-encoding": "utf-8", "content-type": "application/json", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": "utf-8", "delivery_tag": "00000000-0000-4000-8000-000000000033"}})json"},
    // body_encoding=None
    {"R11b",
     R"json({"body": "{\"hello\": \"\\u00e9\"}", "content-encoding": "utf-8", "content-type": "application/json", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": null, "delivery_tag": "00000000-0000-4000-8000-000000000034"}})json"},
    // body_encoding=None, publish(bytes ff 00)
    {"R11c",
     R"json({"body": {"__type__": "base64", "__value__": "/wA="}, "content-encoding": "binary", "content-type": "application/data", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "q1"}, "priority": 0, "body_encoding": null, "delivery_tag": "00000000-0000-4000-8000-000000000035"}})json"},
};
// clang-format on

} // namespace QombuTest
