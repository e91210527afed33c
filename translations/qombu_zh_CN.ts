<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
<context>
    <name>Qombu</name>
    <message>
        <source>There is no broker URL. Write one, such as redis://localhost.</source>
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
    <name>Qombu::PartParser</name>
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
    <name>Qombu::TransportRegistry</name>
    <message>
        <source>This build of Qombu has no %1 transport: %2.</source>
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
</TS>
