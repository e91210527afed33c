<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
<context>
    <name>Qombu::BrokerUrl</name>
    <message>
        <source>An alternate without &quot;://&quot; can only be a host, or host and port. Write this URL of the list in full, such as redis://host:6379/0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The URL has no transport before &quot;://&quot;. Write one, such as redis://localhost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The part before &quot;://&quot; is not the name of a transport. Names have letters, digits, &apos;+&apos;, &apos;-&apos; and &apos;.&apos;, such as redis or amqps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The URL has a &apos;#&apos;. Write it as %23; if it is part of the password, write every one of # / ? @ : ; % there as % and two hex digits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A unix socket has no host. Write three slashes before its path, such as redis+socket:///run/redis.sock.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The IPv6 address has no closing &apos;]&apos;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After the &apos;]&apos; of an IPv6 address only &quot;:port&quot; may follow.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Between &apos;[&apos; and &apos;]&apos; there must be an IPv6 address.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The host has more than one &apos;:&apos;. Put an IPv6 address in brackets, such as redis://[::1]:6379; write a &apos;:&apos; of a password as %3A.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The host has a character that no host name has. If it belongs to the password, write it as % and two hex digits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What follows the &apos;:&apos; is no port. If it is a password with &apos;/&apos; or &apos;?&apos; in it, write them as %2F and %3F.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The port is not a number from 1 to 65535.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The URL of a unix socket needs the path of its file, such as redis+socket:///run/redis.sock.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The path of the unix socket has a control character.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The query key &quot;%1&quot; repeats a part of the URL. Write it in its place: transport://user:password@host:port/vhost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ssl_cert_reqs is &quot;%1&quot;. It must be required, optional or none.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no broker URL. Write one, such as redis://localhost.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::DeclaredExchanges</name>
    <message>
        <source>NOT_FOUND - no exchange &apos;%1&apos;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exchange &apos;%1&apos;: headers exchanges do not exist on this transport</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PRECONDITION_FAILED - exchange &apos;%1&apos; exists with another type, durability, auto-delete or arguments</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::Envelope</name>
    <message>
        <source>The envelope&apos;s &quot;%1&quot; has a value of the wrong type.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The envelope is no JSON object.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The body encoding &quot;%1&quot; is not known. Kombu writes base64 or utf-8.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The body is not valid base64.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The envelope has no &quot;properties&quot;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The envelope has no &quot;delivery_tag&quot;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The envelope has no &quot;delivery_info&quot;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The envelope&apos;s &quot;delivery_info&quot; lacks exchange or routing_key.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::Json</name>
    <message>
        <source>Not valid JSON at byte %1: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The JSON text is not valid UTF-8.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The JSON text is nested deeper than the limit of %1 levels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no number.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The value is nested deeper than 512 levels (at %1).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>JSON cannot hold a value of type %1 (at %2).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>JSON has no infinity and no &quot;not a number&quot; (at %1).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The exact integer is no integer (at %1).</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::MemoryBroker</name>
    <message>
        <source>No queue is bound to exchange &apos;%1&apos; for routing key &apos;%2&apos;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RESOURCE_LOCKED - queue &apos;%1&apos; is exclusive to another connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NOT_FOUND - no queue &apos;%1&apos;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The broker in memory is full (maximum_bytes is %1): the message for exchange &apos;%2&apos;, routing key &apos;%3&apos; was refused</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::MemoryExchanges</name>
    <message>
        <source>NOT_FOUND - no exchange &apos;%1&apos;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PRECONDITION_FAILED - exchange &apos;%1&apos; exists with another type</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::MemoryStore</name>
    <message>
        <source>memory:// does not expire or limit anything: queue &apos;%1&apos; asks for it in vain</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::MemoryTransport</name>
    <message>
        <source>Transport option maximum_bytes must be a number of bytes, not &apos;%1&apos;</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::Message</name>
    <message>
        <source>The message was delivered without acknowledgement; the broker has forgotten it. Publish it again instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The message was already acknowledged, rejected or requeued.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection that delivered the message is closed; the broker will deliver it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The message was not delivered by a broker: there is nothing to settle.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::Pending</name>
    <message>
        <source>No answer came within %1 ms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The operation was given up before an answer came.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::Redis</name>
    <message>
        <source>true or false</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number of seconds above 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number of seconds, 0 or more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a text that is not empty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a list of ascending numbers from 0 to 9 that starts with 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number of messages above 0, or none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number of seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>true, false, or a text such as /{db}. with one dot, at its end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>true (a message that is held must not get lost)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number of messages above 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the name of a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redis has no option &quot;%1&quot;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1; did you mean &quot;%2&quot;?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The option &quot;%1&quot; must be %2, not &quot;%3&quot;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Database is int between 0 and limit - 1, not %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>grant +%1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>grant the keys that %1 uses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>grant the channels that %1 uses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>grant the commands that %1 uses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Redis user &apos;%1&apos; may not run scripts: grant +evalsha +script|load</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Redis user &apos;%1&apos; may not do %2 (%3): %4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redis refused %1: %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::Redis::RedisSession</name>
    <message>
        <source>Redis has not answered for %1 seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redis sent a reply that nobody asked for</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::Redis::RespBuilder</name>
    <message>
        <source>The Redis server sent a reply of more than %1 bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Redis server announced a reply of %1 elements</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::Redis::RespReader</name>
    <message>
        <source>The Redis server does not speak its protocol: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Redis server sent an endless line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Redis server sent a length that is not a number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Redis server announced an element of %1 bytes; the limit is %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Redis server sent a reply of too many elements</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::Topic</name>
    <message>
        <source>The binding key contains the two control characters that separate keys from queues.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The binding key &quot;%1&quot; has a &apos;*&apos; or &apos;#&apos; inside the word &quot;%2&quot;. A wildcard must be a word by itself, between dots.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::TransportRegistry</name>
    <message>
        <source>This build of Qombu has no %1 transport: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no transport for “%1://”. Did you mean “%2://”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no transport for “%1://”. Known are: %2.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Qombu::VirtualChannel</name>
    <message>
        <source>There is no connection to the broker</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ACCESS_REFUSED - queues cannot be bound to the default exchange</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NOT_ALLOWED - consumer %1 exists already</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The consumer was cancelled</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RedisError</name>
    <message>
        <source>Redis is still loading its data (%2); it is tried again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A script keeps Redis busy (%2); it is tried again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Redis cluster moves its keys (%2); it is tried again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Redis cluster is down (%2); it is tried again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redis has too few replicas to write (%2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redis has no room for another client (%2): raise maxclients there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This Redis server is a replica and takes no writes (%2): connect to its master</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This Redis replica has lost its master (%2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The role of this Redis server changed (%2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redis is out of memory and refuses writes (%2): raise maxmemory or consume messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redis cannot save to disk and refuses writes (%2): see its log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redis has forgotten the script %1 (%2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redis wants a password and the URL gives none: redis://user:password@…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redis does not accept this user name and password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 found a Redis key of another type: something else uses this name</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RedisTransport</name>
    <message>
        <source>its link is not part of this build</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
