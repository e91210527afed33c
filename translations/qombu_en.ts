<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en_US">
<context>
    <name>Qombu::Amqp</name>
    <message numerus="yes">
        <source>%n queues are new: RabbitMQ has not counted yet who consumes from them.</source>
        <translation>
            <numerusform>%n queue is new: RabbitMQ has not counted yet who consumes from it.</numerusform>
            <numerusform>%n queues are new: RabbitMQ has not counted yet who consumes from them.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n channels are new: RabbitMQ has not counted yet what they hold.</source>
        <translation>
            <numerusform>%n channel is new: RabbitMQ has not counted yet what it holds.</numerusform>
            <numerusform>%n channels are new: RabbitMQ has not counted yet what they hold.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>RabbitMQ has not counted %n queues yet.</source>
        <translation>
            <numerusform>RabbitMQ has not counted %n queue yet.</numerusform>
            <numerusform>RabbitMQ has not counted %n queues yet.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n questions already wait for RabbitMQ&apos;s management API.</source>
        <translation>
            <numerusform>%n question already waits for RabbitMQ&apos;s management API.</numerusform>
            <numerusform>%n questions already wait for RabbitMQ&apos;s management API.</numerusform>
        </translation>
    </message>
</context>
</TS>
