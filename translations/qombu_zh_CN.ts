<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
<context>
    <name>Connector</name>
    <message>
        <source>no answer within %1 s</source>
        <translation>%1 秒内没有答复</translation>
    </message>
    <message>
        <source>could not connect to %1 — %2</source>
        <translation>无法连接到 %1 — %2</translation>
    </message>
    <message>
        <source> (tried %1)</source>
        <translation>（已尝试 %1）</translation>
    </message>
</context>
<context>
    <name>FdStream</name>
    <message>
        <source>closed by the peer</source>
        <translation>被对方关闭</translation>
    </message>
    <message>
        <source>lost the connection to %1 — %2</source>
        <translation>与 %1 的连接已断开 — %2</translation>
    </message>
</context>
<context>
    <name>HostResolver</name>
    <message>
        <source>the host name is not known</source>
        <translation>未知的主机名</translation>
    </message>
    <message>
        <source>the host name cannot be looked up: %1</source>
        <translation>无法查询主机名：%1</translation>
    </message>
</context>
<context>
    <name>Qombu::Amqp</name>
    <message>
        <source>The broker takes no message that large (%1)</source>
        <translation>消息代理不接受这么大的消息（%1）</translation>
    </message>
    <message>
        <source>Nobody could take the message (%1)</source>
        <translation>没有消费者能接收此消息（%1）</translation>
    </message>
    <message>
        <source>The broker ended the connection (%1)</source>
        <translation>消息代理结束了连接（%1）</translation>
    </message>
    <message>
        <source>The broker does not know this virtual host (%1)</source>
        <translation>消息代理不认识此虚拟主机（%1）</translation>
    </message>
    <message>
        <source>The broker does not allow it (%1): the user needs the permission</source>
        <translation>消息代理不允许此操作（%1）：用户需要相应的权限</translation>
    </message>
    <message>
        <source>It is not there (%1)</source>
        <translation>它不存在（%1）</translation>
    </message>
    <message>
        <source>It belongs to another connection (%1)</source>
        <translation>它属于另一个连接（%1）</translation>
    </message>
    <message>
        <source>The broker refused it (%1)</source>
        <translation>消息代理拒绝了此操作（%1）</translation>
    </message>
    <message>
        <source>The broker has no room for it (%1)</source>
        <translation>消息代理没有足够的空间（%1）</translation>
    </message>
    <message>
        <source>The broker does not allow it (%1)</source>
        <translation>消息代理不允许此操作（%1）</translation>
    </message>
    <message>
        <source>This broker cannot do it (%1)</source>
        <translation>此消息代理无法做到（%1）</translation>
    </message>
    <message>
        <source>Something went wrong inside the broker (%1)</source>
        <translation>消息代理内部出错（%1）</translation>
    </message>
    <message>
        <source>The broker does not understand us (%1)</source>
        <translation>消息代理不理解我们发送的内容（%1）</translation>
    </message>
    <message>
        <source>The broker closed the channel (%1)</source>
        <translation>消息代理关闭了通道（%1）</translation>
    </message>
    <message>
        <source>Somebody else consumes there alone (%1)</source>
        <translation>那里已有其他消费者独占消费（%1）</translation>
    </message>
    <message>
        <source>The broker does not let the user &quot;%1&quot; in (%2)</source>
        <translation>消息代理不允许用户 “%1” 登录（%2）</translation>
    </message>
    <message>
        <source>The broker does not open the virtual host &quot;%1&quot; for the user &quot;%2&quot; (%3)</source>
        <translation>消息代理没有为用户 “%2” 打开虚拟主机 “%1”（%3）</translation>
    </message>
    <message>
        <source>No queue took the message for the exchange &quot;%1&quot; with the routing key &quot;%2&quot; (%3)</source>
        <translation>发往交换机 “%1”、路由键 “%2” 的消息没有被任何队列接收（%3）</translation>
    </message>
    <message>
        <source>The broker sent %1 on channel %2, where it cannot be now</source>
        <translation>消息代理在通道 %2 上发送了 %1，此时不应出现</translation>
    </message>
    <message>
        <source>The broker sent content where none can be</source>
        <translation>消息代理在不应有内容的地方发送了内容</translation>
    </message>
    <message>
        <source>Channel %1 is not open</source>
        <translation>通道 %1 没有打开</translation>
    </message>
    <message>
        <source>Nothing was heard from the broker for %1 seconds, which is two heartbeats</source>
        <translation>已有 %1 秒没有收到消息代理的任何数据，即两个心跳间隔</translation>
    </message>
    <message>
        <source>The broker has not answered %1 for %2 seconds</source>
        <translation>消息代理已有 %2 秒没有回应 %1</translation>
    </message>
    <message>
        <source>The arguments of %1 do not fit into a frame of %2 bytes</source>
        <translation>%1 的参数放不进 %2 字节的帧</translation>
    </message>
    <message>
        <source>The broker sent a malformed heartbeat</source>
        <translation>消息代理发送了格式错误的心跳</translation>
    </message>
    <message>
        <source>The broker sent a frame without a method</source>
        <translation>消息代理发送了没有方法的帧</translation>
    </message>
    <message>
        <source>The broker sent %1 on channel %2, which is not open</source>
        <translation>消息代理在没有打开的通道 %2 上发送了 %1</translation>
    </message>
    <message>
        <source>The broker sent %1 in the middle of a message</source>
        <translation>消息代理在一条消息的中间发送了 %1</translation>
    </message>
    <message>
        <source>The broker sent content on channel %1, which is not open</source>
        <translation>消息代理在没有打开的通道 %1 上发送了内容</translation>
    </message>
    <message>
        <source>The broker sent a content header without its method</source>
        <translation>消息代理发送了没有方法的内容头</translation>
    </message>
    <message>
        <source>A message of %1 bytes is larger than the %2 that are taken</source>
        <translation>一条 %1 字节的消息超过了可接受的 %2 字节</translation>
    </message>
    <message>
        <source>The broker sent a body without its content header</source>
        <translation>消息代理发送了没有内容头的消息体</translation>
    </message>
    <message>
        <source>The broker sent a body that is longer than it announced</source>
        <translation>消息代理发送的消息体比声明的更长</translation>
    </message>
    <message>
        <source>A content header cannot be read</source>
        <translation>无法读取内容头</translation>
    </message>
    <message>
        <source>The headers cannot be read: %1</source>
        <translation>无法读取消息头：%1</translation>
    </message>
    <message>
        <source>The property %1 cannot be written in AMQP: %2</source>
        <translation>属性 %1 无法用 AMQP 写出：%2</translation>
    </message>
    <message>
        <source>it has more than %1 bytes of UTF-8</source>
        <translation>它超过 %1 字节的 UTF-8</translation>
    </message>
    <message>
        <source>%1 is not within 0…255</source>
        <translation>%1 不在 0…255 之内</translation>
    </message>
    <message>
        <source>it is neither a time nor a number of seconds</source>
        <translation>它既不是时间，也不是秒数</translation>
    </message>
    <message>
        <source>The headers and properties of a message have at most %1 bytes here</source>
        <translation>消息的消息头和属性在这里最多 %1 字节</translation>
    </message>
    <message>
        <source>&quot;%1&quot; cannot be written in AMQP: %2</source>
        <translation>“%1” 无法用 AMQP 写出：%2</translation>
    </message>
    <message>
        <source>it is nested more than %1 deep</source>
        <translation>它的嵌套超过 %1 层</translation>
    </message>
    <message>
        <source>it is no time after 1970</source>
        <translation>它不是 1970 年之后的时间</translation>
    </message>
    <message>
        <source>there is no field of type %1</source>
        <translation>没有类型为 %1 的字段</translation>
    </message>
    <message>
        <source>a field table cannot be read</source>
        <translation>无法读取字段表</translation>
    </message>
    <message>
        <source>The broker speaks AMQP %1-%2, Qombu AMQP 0-9-1</source>
        <translation>消息代理使用 AMQP %1-%2，Qombu 使用 AMQP 0-9-1</translation>
    </message>
    <message>
        <source>A TLS server answers here: amqps:// speaks to it</source>
        <translation>这里应答的是 TLS 服务器：请使用 amqps://</translation>
    </message>
    <message>
        <source>What answers here is no AMQP broker: look at the port</source>
        <translation>这里应答的不是 AMQP 消息代理：请检查端口</translation>
    </message>
    <message>
        <source>The broker sent a frame of the unknown type %1</source>
        <translation>消息代理发送了未知类型 %1 的帧</translation>
    </message>
    <message>
        <source>The broker sent a frame of %1 bytes; at most %2 were agreed upon</source>
        <translation>消息代理发送了 %1 字节的帧；约定的上限是 %2 字节</translation>
    </message>
    <message>
        <source>A frame from the broker does not end where it should</source>
        <translation>来自消息代理的一个帧没有在应有的位置结束</translation>
    </message>
    <message>
        <source>The broker asks more than %1 can answer: choose another mechanism</source>
        <translation>消息代理要求的比 %1 能回答的更多：请选择另一种机制</translation>
    </message>
    <message>
        <source>The broker sent %1 where %2 was expected</source>
        <translation>消息代理在应为 %2 的地方发送了 %1</translation>
    </message>
    <message>
        <source>The broker has no login of the kind %1, but these: %2</source>
        <translation>消息代理没有 %1 这种登录方式，只有：%2</translation>
    </message>
    <message>
        <source>There is no login of the kind %1: PLAIN, AMQPLAIN or EXTERNAL</source>
        <translation>没有 %1 这种登录方式：只有 PLAIN、AMQPLAIN 或 EXTERNAL</translation>
    </message>
    <message>
        <source>The broker takes frames of %1 bytes only; AMQP asks for %2 at least: raise frame_max there</source>
        <translation>消息代理只接受 %1 字节的帧；AMQP 至少要求 %2 字节：请在那里提高 frame_max</translation>
    </message>
    <message>
        <source>The broker closed the connection before it said anything: is it one that speaks AMQP here, and not TLS?</source>
        <translation>消息代理没有发送任何内容就关闭了连接：这里使用的是 AMQP 而不是 TLS 吗？</translation>
    </message>
    <message>
        <source>The broker closed the connection at the login, without a reason: look at the user name, the password and the broker&apos;s log</source>
        <translation>消息代理在登录时不说明原因就关闭了连接：请检查用户名、密码和消息代理的日志</translation>
    </message>
    <message>
        <source>The broker closed the connection when it should open the virtual host &quot;%1&quot;: look at its log</source>
        <translation>消息代理在应打开虚拟主机 “%1” 时关闭了连接：请查看它的日志</translation>
    </message>
    <message>
        <source>The broker closed the connection</source>
        <translation>消息代理关闭了连接</translation>
    </message>
    <message>
        <source>&quot;%1…&quot; is too long: a name in AMQP has at most %2 bytes of UTF-8</source>
        <translation>“%1…” 太长：AMQP 中的名称最多 %2 字节的 UTF-8</translation>
    </message>
    <message>
        <source>The arguments of %1 are too large</source>
        <translation>%1 的参数太大</translation>
    </message>
    <message>
        <source>The broker sent the method %1, which no broker may send</source>
        <translation>消息代理发送了方法 %1，任何消息代理都不应发送它</translation>
    </message>
    <message>
        <source>The broker&apos;s greeting cannot be read: %1</source>
        <translation>无法读取消息代理的问候：%1</translation>
    </message>
    <message>
        <source>The arguments of %1 cannot be read</source>
        <translation>无法读取 %1 的参数</translation>
    </message>
    <message>
        <source>a length in a field table does not fit</source>
        <translation>字段表中的一个长度不合适</translation>
    </message>
    <message>
        <source>tables are nested more than %1 deep</source>
        <translation>表的嵌套超过 %1 层</translation>
    </message>
    <message>
        <source>a table has more than %1 fields</source>
        <translation>一个表的字段超过 %1 个</translation>
    </message>
    <message>
        <source>a field has the unknown type &apos;%1&apos;</source>
        <translation>一个字段的类型 “%1” 未知</translation>
    </message>
    <message>
        <source>a key has at most %1 bytes of UTF-8</source>
        <translation>键最多 %1 字节的 UTF-8</translation>
    </message>
    <message>
        <source>There is no connection to the broker</source>
        <translation>没有与消息代理的连接</translation>
    </message>
    <message>
        <source>The broker did not let us in in time</source>
        <translation>消息代理没有按时接受登录</translation>
    </message>
    <message>
        <source>The broker ended the consumer: the queue &quot;%1&quot; was deleted, or cannot be reached now</source>
        <translation>消息代理终止了消费者：队列“%1”已被删除，或暂时无法访问</translation>
    </message>
    <message>
        <source>The broker allows no more channels</source>
        <translation>消息代理不允许更多通道</translation>
    </message>
    <message>
        <source>A message of the queue &quot;%1&quot; was returned %2 times, and every look returns it again: the broker would soon drop or dead-letter it</source>
        <translation>队列 “%1” 中的一条消息已被退回 %2 次，每次查看都会再次退回它：消息代理很快就会丢弃它或将其转入死信</translation>
    </message>
    <message>
        <source>AMQP shows only the head of a queue, not its tail</source>
        <translation>AMQP 只能查看队列的头部，而不能查看尾部</translation>
    </message>
    <message>
        <source>The messages are fetched and given back at once: they are marked as redelivered, and for this moment no consumer gets them.</source>
        <translation>消息会被取出并立即退回：它们会被标记为重新投递，在此期间没有消费者能收到它们。</translation>
    </message>
    <message>
        <source>In a quorum queue with a delayed retry the messages are held back for its time.</source>
        <translation>在设置了延迟重试的仲裁队列中，消息会被暂留相应的时间。</translation>
    </message>
    <message>
        <source>a number of seconds from 0 to 65535</source>
        <translation>0 到 65535 之间的秒数</translation>
    </message>
    <message>
        <source>a map, which no URL can hold</source>
        <translation>一个映射（URL 中无法写出）</translation>
    </message>
    <message>
        <source>The queue &quot;%1&quot; was not looked at, because that may do more to it than was accepted. %2</source>
        <translation>没有查看队列“%1”，因为这可能带来超出所接受范围的改变。%2</translation>
    </message>
    <message>
        <source>%1 The look was not over: the broker puts back the messages that it had fetched by itself.</source>
        <translation>%1 查看尚未结束：已取出的消息由代理自行放回。</translation>
    </message>
    <message>
        <source>The broker does not tell what kind of queue this is: where it counts deliveries, a message that is looked at too often may be dropped or dead-lettered.</source>
        <translation>代理没有说明这是哪种队列：如果它统计投递次数，被查看过多的消息可能会被丢弃或转为死信。</translation>
    </message>
    <message>
        <source>In this quorum queue each look counts towards the delivery limit, which is not known: a message that is looked at too often is dropped or dead-lettered.</source>
        <translation>在这个仲裁队列中，每次查看都计入投递上限，而上限未知：被查看过多的消息会被丢弃或转为死信。</translation>
    </message>
    <message>
        <source>The delivery limit of the quorum queue &quot;%1&quot; is %2, and each look counts: the broker could drop or dead-letter what is looked at</source>
        <translation>仲裁队列“%1”的投递上限是 %2，每次查看都计数：代理可能会丢弃被查看的消息或将其转为死信</translation>
    </message>
    <message>
        <source>In this quorum queue each look counts towards the delivery limit of %1, unless a policy sets another: a message that is looked at too often is dropped or dead-lettered.</source>
        <translation>在这个仲裁队列中，每次查看都计入投递上限 %1（除非策略另行设定）：被查看过多的消息会被丢弃或转为死信。</translation>
    </message>
    <message>
        <source>In this quorum queue the messages go to the end, unless a policy sets a delivery limit: then each look counts towards it, and a message that is looked at too often is dropped or dead-lettered.</source>
        <translation>在这个仲裁队列中，消息会回到队尾；如果策略设定了投递上限，则每次查看都会计入，被查看过多的消息会被丢弃或转为死信。</translation>
    </message>
    <message>
        <source>A paused consumer without acknowledgement is full: nothing is read from its connection for now, and a broker may end that (RabbitMQ after half a minute); what it has sent is lost then</source>
        <translation>一个已暂停的无确认消费者已满：暂时不再读取它的连接，代理可能会结束该连接（RabbitMQ 在半分钟后）；届时它已发送的消息会丢失</translation>
    </message>
    <message>
        <source>The connection of a consumer that was full is read again</source>
        <translation>曾经已满的消费者的连接又开始读取</translation>
    </message>
    <message>
        <source>The broker ended the connection at this request or another: they are asked again one by one</source>
        <translation>代理因这个请求或另一个请求结束了连接：将逐个重新提出这些请求</translation>
    </message>
    <message>
        <source>A queue could not take the message</source>
        <translation>有一个队列无法接收这条消息</translation>
    </message>
    <message>
        <source>It is there and differs in the argument &apos;exclusive&apos; (%1)</source>
        <translation>它已存在，并且参数“exclusive”不同（%1）</translation>
    </message>
    <message>
        <source>This broker binds no exchange to another</source>
        <translation>这个代理不能把交换机绑定到另一个交换机</translation>
    </message>
    <message>
        <source>It cannot be reached now (%1)</source>
        <translation>现在无法访问它（%1）</translation>
    </message>
    <message>
        <source>The broker sent %1 on channel %2, where %3 was expected</source>
        <translation>代理在通道 %2 上发送了 %1，而期待的是 %3</translation>
    </message>
    <message>
        <source>The broker sends more than %1 bytes of messages at the same time</source>
        <translation>代理同时发送的消息超过 %1 字节</translation>
    </message>
    <message>
        <source>Headers of %1 bytes are larger than the %2 that are taken</source>
        <translation>%1 字节的消息头超过了可接受的 %2 字节</translation>
    </message>
    <message>
        <source>it is a time of 0 to %1 milliseconds</source>
        <translation>它是 0 到 %1 毫秒的时间</translation>
    </message>
    <message>
        <source>it is a number of seconds since 1970, from 0 to 2⁶³ - 1</source>
        <translation>它是自 1970 年以来的秒数，从 0 到 2⁶³ - 1</translation>
    </message>
    <message>
        <source>a decimal has 31 bits</source>
        <translation>十进制小数有 31 位</translation>
    </message>
    <message>
        <source>text of at most 200 bytes</source>
        <translation>最多 200 字节的文本</translation>
    </message>
    <message>
        <source>The option &quot;management_url&quot; must be a URL such as http://host:15672/path; user and password belong into the options management_user and management_password</source>
        <translation>选项 &quot;management_url&quot; 必须是 http://host:15672/path 这样的 URL；用户和密码写在选项 management_user 和 management_password 中</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API is asked without encryption (management_url), so anybody in between can read the password.</source>
        <translation>对 RabbitMQ 管理 API 的请求没有加密（management_url），因此途中的任何人都能读到密码。</translation>
    </message>
    <message>
        <source>The option &quot;management_password&quot; needs &quot;management_user&quot; beside it</source>
        <translation>选项 &quot;management_password&quot; 需要同时给出 &quot;management_user&quot;</translation>
    </message>
    <message>
        <source>No broker of AMQP shows the messages that consumers hold; RabbitMQ&apos;s management API tells how many each channel holds</source>
        <translation>没有 AMQP 代理会显示消费者持有的消息；RabbitMQ 的管理 API 会说明每个通道持有多少条</translation>
    </message>
    <message>
        <source>In this quorum queue each look counts towards the delivery limit of %1: a message that is looked at too often is dropped or dead-lettered.</source>
        <translation>在这个仲裁队列中，每次查看都计入 %1 次的投递上限：被查看太多次的消息会被丢弃或转为死信。</translation>
    </message>
    <message>
        <source>In this quorum queue the messages go to the end.</source>
        <translation>在这个仲裁队列中，消息会移到末尾。</translation>
    </message>
    <message>
        <source>The node &quot;%1&quot; is down: whether it has alarms is not known.</source>
        <translation>节点 &quot;%1&quot; 已停止：它是否有警报未知。</translation>
    </message>
    <message>
        <source>Nodes are not known, and the numbers count only the virtual hosts that &quot;%1&quot; may use, and only its own connections and channels: RabbitMQ shows all to users with the tag &quot;monitoring&quot; or &quot;administrator&quot;.</source>
        <translation>节点未知；这些数字只包括 &quot;%1&quot; 可以使用的虚拟主机，以及它自己的连接和通道：RabbitMQ 只向带有标签 &quot;monitoring&quot; 或 &quot;administrator&quot; 的用户显示全部。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s statistics are turned off there, so there are no numbers, no rates and no alarms of nodes.</source>
        <translation>那里的 RabbitMQ 关闭了统计，因此没有数字、速率，也没有节点警报。</translation>
    </message>
    <message>
        <source>RabbitMQ counts no rates there (rates_mode is &quot;none&quot;).</source>
        <translation>那里的 RabbitMQ 不计算速率（rates_mode 为 &quot;none&quot;）。</translation>
    </message>
    <message>
        <source>RabbitMQ has not counted any messages yet.</source>
        <translation>RabbitMQ 还没有统计任何消息。</translation>
    </message>
    <message>
        <source>Nodes are not known: %1</source>
        <translation>节点未知：%1</translation>
    </message>
    <message>
        <source>The tags of &quot;%1&quot; are not known: &quot;%2&quot; asked.</source>
        <translation>&quot;%1&quot; 的标签未知：提问的是 &quot;%2&quot;。</translation>
    </message>
    <message>
        <source>RabbitMQ tells permissions only to administrators, and &quot;%1&quot; is none; one sees them with: rabbitmqctl list_user_permissions %2</source>
        <translation>RabbitMQ 只把权限告诉管理员，而 &quot;%1&quot; 不是；可以这样查看：rabbitmqctl list_user_permissions %2</translation>
    </message>
    <message>
        <source>RabbitMQ itself has no permissions for &quot;%1&quot; in this virtual host: another authorization back end decides, which does not tell.</source>
        <translation>RabbitMQ 自身没有 &quot;%1&quot; 在此虚拟主机中的权限：由另一个授权后端决定，它不会告知。</translation>
    </message>
    <message>
        <source>Permissions are not known: %1</source>
        <translation>权限未知：%1</translation>
    </message>
    <message>
        <source>Permissions for topics are not known: %1</source>
        <translation>主题权限未知：%1</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s statistics are turned off there: of connections it tells only names and users, and not whether they use TLS.</source>
        <translation>那里的 RabbitMQ 关闭了统计：关于连接它只告知名称和用户，不告知是否使用 TLS。</translation>
    </message>
    <message>
        <source>RabbitMQ lists channels only from its statistics, which are turned off there.</source>
        <translation>RabbitMQ 只从统计中列出通道，而那里的统计已关闭。</translation>
    </message>
    <message>
        <source>RabbitMQ lists consumers only from its statistics, which are turned off there.</source>
        <translation>RabbitMQ 只从统计中列出消费者，而那里的统计已关闭。</translation>
    </message>
    <message numerus="yes">
        <source>%n queues are new: RabbitMQ has not counted yet who consumes from them.</source>
        <translation>
            <numerusform>%n 个队列是新的：RabbitMQ 还没有统计谁在消费它们。</numerusform>
        </translation>
    </message>
    <message>
        <source>Who consumes from the queue &quot;%1&quot; is not known: %2</source>
        <translation>谁在消费队列 &quot;%1&quot; 未知：%2</translation>
    </message>
    <message>
        <source>These are definitions of a whole broker, with users or several virtual hosts: RabbitMQ would put the queues of all of them into this one. Export the one virtual host, or import the file as a whole: rabbitmqctl import_definitions.</source>
        <translation>这是整个代理的定义，含有用户或多个虚拟主机：RabbitMQ 会把所有这些队列放进这一个虚拟主机。请只导出那一个虚拟主机，或整体导入该文件：rabbitmqctl import_definitions。</translation>
    </message>
    <message>
        <source>This is no file of definitions: %1</source>
        <translation>这不是定义文件：%1</translation>
    </message>
    <message>
        <source>This is no file of definitions: it has no queues, exchanges, bindings, policies or parameters.</source>
        <translation>这不是定义文件：其中没有队列、交换机、绑定、策略或参数。</translation>
    </message>
    <message>
        <source>This is no file of definitions: RabbitMQ writes a JSON object.</source>
        <translation>这不是定义文件：RabbitMQ 写的是一个 JSON 对象。</translation>
    </message>
    <message>
        <source>This is no file of definitions: its &quot;%1&quot; is no list of objects.</source>
        <translation>这不是定义文件：其中的 &quot;%1&quot; 不是对象列表。</translation>
    </message>
    <message>
        <source>This is no file of definitions: an entry of its &quot;%1&quot; has no name.</source>
        <translation>这不是定义文件：其中 &quot;%1&quot; 的一个条目没有名称。</translation>
    </message>
    <message numerus="yes">
        <source>%n channels are new: RabbitMQ has not counted yet what they hold.</source>
        <translation>
            <numerusform>%n 个通道是新的：RabbitMQ 还没有统计它们持有什么。</numerusform>
        </translation>
    </message>
    <message>
        <source>Who consumes there is not known of all channels: %1</source>
        <translation>并非所有通道的消费者都已知：%1</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no cursor of an inventory of this broker.</source>
        <translation>&quot;%1&quot; 不是此代理清单的游标。</translation>
    </message>
    <message>
        <source>The bindings of the exchange &quot;%1&quot; are not shown: %2</source>
        <translation>交换机 &quot;%1&quot; 的绑定没有显示：%2</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s statistics are turned off: consumers, bytes and rates of queues are not known.</source>
        <translation>RabbitMQ 的统计已关闭：队列的消费者、字节数和速率未知。</translation>
    </message>
    <message numerus="yes">
        <source>RabbitMQ has not counted %n queues yet.</source>
        <translation>
            <numerusform>RabbitMQ 还没有统计 %n 个队列。</numerusform>
        </translation>
    </message>
    <message>
        <source>RabbitMQ computes no rates (rates_mode = none).</source>
        <translation>RabbitMQ 不计算速率（rates_mode = none）。</translation>
    </message>
    <message>
        <source>Queues came or went while the list was read: some may be missing here.</source>
        <translation>读取列表期间有队列增加或消失：这里可能缺少一些。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API is slow: this is what it answered in time.</source>
        <translation>RabbitMQ 的管理 API 很慢：这是它及时回答的部分。</translation>
    </message>
    <message>
        <source>Not all was read. %1</source>
        <translation>没有全部读完。%1</translation>
    </message>
    <message>
        <source>There is no queue &quot;%1&quot;.</source>
        <translation>没有队列 &quot;%1&quot;。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s statistics are turned off: who consumes is not known.</source>
        <translation>RabbitMQ 的统计已关闭：谁在消费未知。</translation>
    </message>
    <message>
        <source>RabbitMQ has not counted who consumes from this queue yet. Ask again in some seconds.</source>
        <translation>RabbitMQ 还没有统计谁在消费此队列。请几秒后再问。</translation>
    </message>
    <message>
        <source>Every queue is bound to the default exchange by its own name; these bindings are not listed.</source>
        <translation>每个队列都以自己的名称绑定到默认交换机；这些绑定不列出。</translation>
    </message>
    <message>
        <source>Only connections and channels of the user &quot;%1&quot; are seen: RabbitMQ shows those of others to users with the tag &quot;monitoring&quot; or &quot;administrator&quot;.</source>
        <translation>只能看到用户 &quot;%1&quot; 的连接和通道：RabbitMQ 只向带有标签 &quot;monitoring&quot; 或 &quot;administrator&quot; 的用户显示其他人的。</translation>
    </message>
    <message>
        <source>The file has %1 bytes; definitions of at most %2 are imported.</source>
        <translation>文件有 %1 字节；最多导入 %2 字节的定义。</translation>
    </message>
    <message>
        <source>%1. What does not depend on it may have been imported all the same.</source>
        <translation>%1。不依赖它的部分可能仍已导入。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API sent no page of the list: it is too old, or another API.</source>
        <translation>RabbitMQ 的管理 API 没有发送列表的一页：它太旧，或是另一个 API。</translation>
    </message>
    <message>
        <source>The user &quot;%1&quot; may not use RabbitMQ&apos;s management API: it needs the tag &quot;management&quot; or &quot;monitoring&quot; (rabbitmqctl set_user_tags %1 management).</source>
        <translation>用户 &quot;%1&quot; 不能使用 RabbitMQ 的管理 API：需要标签 &quot;management&quot; 或 &quot;monitoring&quot;（rabbitmqctl set_user_tags %1 management）。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API shows this only to users with the tag &quot;monitoring&quot;, which &quot;%1&quot; has not.</source>
        <translation>RabbitMQ 的管理 API 只向带有标签 &quot;monitoring&quot; 的用户显示此内容，而 &quot;%1&quot; 没有。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API shows this only to users with the tag &quot;administrator&quot;, which &quot;%1&quot; has not.</source>
        <translation>RabbitMQ 的管理 API 只向带有标签 &quot;administrator&quot; 的用户显示此内容，而 &quot;%1&quot; 没有。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API shows this only to users with the tag &quot;policymaker&quot;, which &quot;%1&quot; has not.</source>
        <translation>RabbitMQ 的管理 API 只向带有标签 &quot;policymaker&quot; 的用户显示此内容，而 &quot;%1&quot; 没有。</translation>
    </message>
    <message>
        <source>The user &quot;%1&quot; of RabbitMQ&apos;s management API has no permissions in the virtual host &quot;%2&quot; (rabbitmqctl set_permissions).</source>
        <translation>RabbitMQ 管理 API 的用户 &quot;%1&quot; 在虚拟主机 &quot;%2&quot; 中没有权限（rabbitmqctl set_permissions）。</translation>
    </message>
    <message>
        <source>Check the option management_url.</source>
        <translation>请检查选项 management_url。</translation>
    </message>
    <message>
        <source>If it is elsewhere, say where with the option management_url.</source>
        <translation>如果它在别处，请用选项 management_url 指明。</translation>
    </message>
    <message>
        <source>%1 Without it AMQP tells only how many messages wait in a queue whose name is known, and how many consumers it has, and shows its messages.</source>
        <translation>%1 没有它，AMQP 只能告知名称已知的队列中有多少条消息等待、有多少消费者，并显示其消息。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API answered more than is taken: %1</source>
        <translation>RabbitMQ 管理 API 的回答超出了可接受的大小：%1</translation>
    </message>
    <message>
        <source>Nothing listens at %1, where RabbitMQ&apos;s management API should be: the plug-in is off there (rabbitmq-plugins enable rabbitmq_management), or has no port for TLS (management.ssl.port). %2</source>
        <translation>RabbitMQ 的管理 API 应在 %1，但那里没有监听：那里的插件已关闭（rabbitmq-plugins enable rabbitmq_management），或没有 TLS 端口（management.ssl.port）。%2</translation>
    </message>
    <message>
        <source>Nothing listens at %1, where RabbitMQ&apos;s management API should be: the plug-in is off there (rabbitmq-plugins enable rabbitmq_management). %2</source>
        <translation>RabbitMQ 的管理 API 应在 %1，但那里没有监听：那里的插件已关闭（rabbitmq-plugins enable rabbitmq_management）。%2</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API was not reached: %1 %2</source>
        <translation>无法到达 RabbitMQ 的管理 API：%1 %2</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API at %1 has not answered within %2 s: the broker is busy, or there is very much to do. Ask for less, such as a part of the names.</source>
        <translation>%1 的 RabbitMQ 管理 API 在 %2 秒内没有回答：代理很忙，或要做的很多。请少问一些，例如名称的一部分。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API was not asked within %1 s: other questions were before this one, or nobody said who asks.</source>
        <translation>在 %1 秒内没有向 RabbitMQ 的管理 API 提问：前面还有其他问题，或没有人说明由谁提问。</translation>
    </message>
    <message>
        <source>%1 What was asked for may be done all the same.</source>
        <translation>%1 所请求的事可能仍已完成。</translation>
    </message>
    <message>
        <source>RabbitMQ has nothing of this name.</source>
        <translation>RabbitMQ 没有这个名称的东西。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API refused: %1</source>
        <translation>RabbitMQ 的管理 API 拒绝了：%1</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API at %1 does not accept the user &quot;%2&quot; with this password: check the options management_user and management_password.</source>
        <translation>%1 的 RabbitMQ 管理 API 不接受用户 &quot;%2&quot; 和这个密码：请检查选项 management_user 和 management_password。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API at %1 does not accept the user &quot;%2&quot; with the password of the connection. If it wants others, give the options management_user and management_password.</source>
        <translation>%1 的 RabbitMQ 管理 API 不接受用户 &quot;%2&quot; 和连接的密码。如果它要求别的，请给出选项 management_user 和 management_password。</translation>
    </message>
    <message>
        <source> It says: %1</source>
        <translation> 它说：%1</translation>
    </message>
    <message>
        <source>There is no management API of RabbitMQ at %1/api/: it may stand behind a path, which belongs into the option management_url.</source>
        <translation>%1/api/ 没有 RabbitMQ 的管理 API：它可能在某个路径之后，该路径应写在选项 management_url 中。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API at %1 cannot answer now (503%2): the node starts, is in maintenance, or has an alarm. Ask again later.</source>
        <translation>%1 的 RabbitMQ 管理 API 现在不能回答（503%2）：节点正在启动、处于维护中或有警报。请稍后再问。</translation>
    </message>
    <message>
        <source>RabbitMQ&apos;s management API at %1, or a proxy before it, failed (%2%3); the broker&apos;s log may say why.</source>
        <translation>%1 的 RabbitMQ 管理 API 或其前面的代理服务器出错（%2%3）；代理的日志可能说明原因。</translation>
    </message>
    <message>
        <source>What answers at %1 is not RabbitMQ&apos;s management API, or a proxy is before it (status %2%3). %4</source>
        <translation>在 %1 回答的不是 RabbitMQ 的管理 API，或前面有代理服务器（状态 %2%3）。%4</translation>
    </message>
    <message>
        <source>What RabbitMQ&apos;s management API at %1 answered is cut, or too much.</source>
        <translation>%1 的 RabbitMQ 管理 API 的回答被截断，或太多。</translation>
    </message>
    <message>
        <source>What answers at %1 is not RabbitMQ&apos;s management API, or a proxy that wants a log-in is before it: it sends no JSON, but &quot;%2&quot;. %3</source>
        <translation>在 %1 回答的不是 RabbitMQ 的管理 API，或前面有要求登录的代理服务器：它发送的不是 JSON，而是 &quot;%2&quot;。%3</translation>
    </message>
    <message>
        <source>What answers at %1 is not RabbitMQ&apos;s management API. %2</source>
        <translation>在 %1 回答的不是 RabbitMQ 的管理 API。%2</translation>
    </message>
    <message>
        <source>The management API at %1 is that of another broker: of &quot;%2&quot;, while the connection leads to &quot;%3&quot;. %4</source>
        <translation>%1 的管理 API 属于另一个代理：&quot;%2&quot;，而连接通向 &quot;%3&quot;。%4</translation>
    </message>
    <message>
        <source>Only RabbitMQ has the management API that this needs; the broker calls itself &quot;%1&quot;.</source>
        <translation>只有 RabbitMQ 有这里所需的管理 API；此代理自称 &quot;%1&quot;。</translation>
    </message>
    <message>
        <source>This needs RabbitMQ&apos;s management API, which the option management=no turned off.</source>
        <translation>这需要 RabbitMQ 的管理 API，但选项 management=no 关闭了它。</translation>
    </message>
    <message>
        <source>The connection logs in by its certificate; RabbitMQ&apos;s management API wants a user and a password: give the options management_user and management_password.</source>
        <translation>连接用证书登录；RabbitMQ 的管理 API 需要用户和密码：请给出选项 management_user 和 management_password。</translation>
    </message>
    <message numerus="yes">
        <source>%n questions already wait for RabbitMQ&apos;s management API.</source>
        <translation>
            <numerusform>已有 %n 个问题在等待 RabbitMQ 的管理 API。</numerusform>
        </translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no place in this list: ask with the cursor of its last page, or from the beginning</source>
        <translation>&quot;%1&quot; 不是此列表中的位置：请用上一页的游标，或从头开始</translation>
    </message>
    <message>
        <source>RabbitMQ keeps a message back for at most %1 seconds</source>
        <translation>RabbitMQ 最多把消息保留 %1 秒</translation>
    </message>
    <message>
        <source>The routing key of a delayed message may have %1 bytes: RabbitMQ finds the delay before it</source>
        <translation>延迟消息的路由键最多 %1 字节：RabbitMQ 把延迟写在它前面</translation>
    </message>
    <message>
        <source>The routing key &quot;%1&quot; has a word 0 or 1, which RabbitMQ would take for a part of the delay: publish with another, or to the queue itself</source>
        <translation>路由键 &quot;%1&quot; 含有单词 0 或 1，RabbitMQ 会把它当作延迟的一部分：请用别的键发布，或直接发布到队列</translation>
    </message>
    <message>
        <source>RabbitMQ delivers a delayed message with an expiration too early: publish it without, or give its queue a time to live</source>
        <translation>带有过期时间的延迟消息会被 RabbitMQ 过早投递：请不带过期时间发布，或给其队列设置存活时间</translation>
    </message>
    <message>
        <source>A delayed message cannot have the headers CC and BCC: RabbitMQ would not delay it for them</source>
        <translation>延迟消息不能有 CC 和 BCC 头：RabbitMQ 不会为它们延迟</translation>
    </message>
</context>
<context>
    <name>Qombu::BrokerUrl</name>
    <message>
        <source>An alternate without &quot;://&quot; can only be a host, or host and port. Write this URL of the list in full, such as redis://host:6379/0.</source>
        <translation>不含 “://” 的备选地址只能是主机，或主机和端口。请完整写出列表中的这个 URL，例如 redis://host:6379/0。</translation>
    </message>
    <message>
        <source>The URL has no transport before &quot;://&quot;. Write one, such as redis://localhost.</source>
        <translation>URL 的 “://” 之前没有传输方式。请写上，例如 redis://localhost。</translation>
    </message>
    <message>
        <source>The part before &quot;://&quot; is not the name of a transport. Names have letters, digits, &apos;+&apos;, &apos;-&apos; and &apos;.&apos;, such as redis or amqps.</source>
        <translation>“://” 之前的部分不是传输方式的名称。名称由字母、数字、“+”、“-” 和 “.” 组成，例如 redis 或 amqps。</translation>
    </message>
    <message>
        <source>The URL has a &apos;#&apos;. Write it as %23; if it is part of the password, write every one of # / ? @ : ; % there as % and two hex digits.</source>
        <translation>URL 中有 “#”。请写成 %23；如果它属于密码，请把密码中的每个 # / ? @ : ; % 都写成 % 加两位十六进制数字。</translation>
    </message>
    <message>
        <source>A unix socket has no host. Write three slashes before its path, such as redis+socket:///run/redis.sock.</source>
        <translation>Unix 套接字没有主机。请在路径前写三个斜杠，例如 redis+socket:///run/redis.sock。</translation>
    </message>
    <message>
        <source>The IPv6 address has no closing &apos;]&apos;.</source>
        <translation>IPv6 地址缺少右方括号 “]”。</translation>
    </message>
    <message>
        <source>After the &apos;]&apos; of an IPv6 address only &quot;:port&quot; may follow.</source>
        <translation>IPv6 地址的 “]” 之后只能是 “:端口”。</translation>
    </message>
    <message>
        <source>Between &apos;[&apos; and &apos;]&apos; there must be an IPv6 address.</source>
        <translation>“[” 与 “]” 之间必须是 IPv6 地址。</translation>
    </message>
    <message>
        <source>The host has more than one &apos;:&apos;. Put an IPv6 address in brackets, such as redis://[::1]:6379; write a &apos;:&apos; of a password as %3A.</source>
        <translation>主机中有不止一个 “:”。IPv6 地址请放在方括号中，例如 redis://[::1]:6379；密码中的 “:” 请写成 %3A。</translation>
    </message>
    <message>
        <source>The host has a character that no host name has. If it belongs to the password, write it as % and two hex digits.</source>
        <translation>主机中有主机名不允许的字符。如果它属于密码，请写成 % 加两位十六进制数字。</translation>
    </message>
    <message>
        <source>What follows the &apos;:&apos; is no port. If it is a password with &apos;/&apos; or &apos;?&apos; in it, write them as %2F and %3F.</source>
        <translation>“:” 之后的内容不是端口。如果它是含有 “/” 或 “?” 的密码，请把它们写成 %2F 和 %3F。</translation>
    </message>
    <message>
        <source>The port is not a number from 1 to 65535.</source>
        <translation>端口不是 1 到 65535 之间的数字。</translation>
    </message>
    <message>
        <source>The URL of a unix socket needs the path of its file, such as redis+socket:///run/redis.sock.</source>
        <translation>Unix 套接字的 URL 需要文件路径，例如 redis+socket:///run/redis.sock。</translation>
    </message>
    <message>
        <source>The path of the unix socket has a control character.</source>
        <translation>Unix 套接字的路径中有控制字符。</translation>
    </message>
    <message>
        <source>The query key &quot;%1&quot; repeats a part of the URL. Write it in its place: transport://user:password@host:port/vhost.</source>
        <translation>查询键 “%1” 与 URL 的某个部分重复。请写在它应在的位置：transport://user:password@host:port/vhost。</translation>
    </message>
    <message>
        <source>ssl_cert_reqs is &quot;%1&quot;. It must be required, optional or none.</source>
        <translation>ssl_cert_reqs 的值为 “%1”。它必须是 required、optional 或 none。</translation>
    </message>
    <message>
        <source>There is no broker URL. Write one, such as redis://localhost.</source>
        <translation>没有给出消息代理的 URL。请写上，例如 redis://localhost。</translation>
    </message>
</context>
<context>
    <name>Qombu::Browser</name>
    <message>
        <source>This is no message of Kombu&apos;s: %1</source>
        <translation>这不是 Kombu 的消息：%1</translation>
    </message>
    <message>
        <source>%1 All bodies of one look may take %2 bytes of memory when decoded: look at fewer messages, or consume them.</source>
        <translation>%1 一次查看的所有消息体解码后最多可占用 %2 字节内存：请减少查看的消息数，或消费这些消息。</translation>
    </message>
</context>
<context>
    <name>Qombu::Channel</name>
    <message>
        <source>The queue has no name yet.</source>
        <translation>队列还没有名称。</translation>
    </message>
</context>
<context>
    <name>Qombu::Charset</name>
    <message>
        <source>The content encoding &quot;%1&quot; is not known. Known are utf-8, utf-16, utf-32, iso-8859-1, us-ascii and binary.</source>
        <translation>未知的内容编码 “%1”。已知的有 utf-8、utf-16、utf-32、iso-8859-1、us-ascii 和 binary。</translation>
    </message>
    <message>
        <source>The body does not fit the content encoding &quot;%1&quot;.</source>
        <translation>正文与内容编码 “%1” 不符。</translation>
    </message>
</context>
<context>
    <name>Qombu::Compressor</name>
    <message>
        <source>The compression &quot;%1&quot; is not supported yet by this version.</source>
        <translation>此版本尚不支持压缩方式 “%1”。</translation>
    </message>
    <message>
        <source>The body unpacks to more than the limit of %1 bytes; it was not read.</source>
        <translation>正文解压后超过 %1 字节的上限；没有读取。</translation>
    </message>
    <message>
        <source>The body is too large to be compressed.</source>
        <translation>正文过大，无法压缩。</translation>
    </message>
    <message>
        <source>The body could not be compressed.</source>
        <translation>无法压缩正文。</translation>
    </message>
    <message>
        <source>Unpacking could not be started.</source>
        <translation>无法开始解压。</translation>
    </message>
    <message>
        <source>The compressed body is cut off.</source>
        <translation>压缩的正文不完整。</translation>
    </message>
    <message>
        <source>The compressed body is damaged.</source>
        <translation>压缩的正文已损坏。</translation>
    </message>
    <message>
        <source>The compression &quot;%1&quot; is not known. Known are: %2.</source>
        <translation>未知的压缩方式“%1”。已知的有：%2。</translation>
    </message>
</context>
<context>
    <name>Qombu::Connection</name>
    <message>
        <source>The connection does not exist any more.</source>
        <translation>连接已不存在。</translation>
    </message>
    <message>
        <source>The connection was closed before the broker answered.</source>
        <translation>在消息代理答复之前，连接已关闭。</translation>
    </message>
    <message>
        <source>This kind of broker cannot be looked at.</source>
        <translation>这种消息代理不支持查看。</translation>
    </message>
    <message>
        <source>The connection was closed.</source>
        <translation>连接已关闭。</translation>
    </message>
    <message>
        <source>Gave up connecting:</source>
        <translation>放弃连接：</translation>
    </message>
    <message>
        <source>The broker did not answer within %1 ms.</source>
        <translation>消息代理在 %1 毫秒内没有答复。</translation>
    </message>
    <message>
        <source>A connection that is in use cannot change its Hub: call registerWith() first.</source>
        <translation>正在使用的连接不能更换 Hub：请先调用 registerWith()。</translation>
    </message>
    <message>
        <source>This kind of broker has nothing that could be brought back.</source>
        <translation>这种消息代理没有可以取回的内容。</translation>
    </message>
    <message>
        <source>Messages whose settlement did not reach the broker before the connection was closed: %1. It may deliver them again.</source>
        <translation>连接关闭前结算未能到达消息代理的消息数：%1。消息代理可能会再次投递它们。</translation>
    </message>
    <message>
        <source>Messages that could not be given back before the connection was closed: %1. The broker delivers them again when their time is over.</source>
        <translation>连接关闭前未能归还的消息数：%1。它们到期后，消息代理会再次投递。</translation>
    </message>
    <message>
        <source>Messages of &quot;%1&quot; that were no longer ours to settle: %2.</source>
        <translation>“%1”中已不再由我们结算的消息：%2。</translation>
    </message>
    <message>
        <source>The binding to the exchange &quot;%1&quot; could not be made: what is there is used as it is. %2</source>
        <translation>无法绑定到交换机“%1”：按现状使用已有的内容。%2</translation>
    </message>
    <message>
        <source>What is declared at this kind of broker can be neither exported nor imported.</source>
        <translation>这种代理中声明的内容既不能导出也不能导入。</translation>
    </message>
</context>
<context>
    <name>Qombu::Consumer</name>
    <message>
        <source>A message of &quot;%1&quot; cannot be decoded and stays unsettled; connect to decodeFailed() to decide what becomes of such messages. %2</source>
        <translation>“%1” 的一条消息无法解码，保持未确认状态；请连接 decodeFailed() 来决定如何处理这样的消息。%2</translation>
    </message>
    <message>
        <source>%1 cannot be changed while the consumer is started: cancel() it first.</source>
        <translation>消费者启动期间不能更改 %1：请先 cancel()。</translation>
    </message>
    <message>
        <source>A prefetch count cannot be negative: %1</source>
        <translation>预取条数不能为负：%1</translation>
    </message>
    <message>
        <source>This broker cannot limit unsettled messages by bytes: set a prefetch count of 1 or more.</source>
        <translation>此消息代理不能按字节限制未处理的消息：请把预取条数设为 1 或更大。</translation>
    </message>
    <message>
        <source>A prefetch window has at least one byte, not %1</source>
        <translation>预取窗口至少为一个字节，而不是 %1</translation>
    </message>
</context>
<context>
    <name>Qombu::ContentCodec</name>
    <message>
        <source>With a content type, or the serializers text and raw, the body must be a QString or a QByteArray.</source>
        <translation>指定了内容类型，或使用序列化器 text 和 raw 时，正文必须是 QString 或 QByteArray。</translation>
    </message>
    <message>
        <source>Pickles are never written.</source>
        <translation>从不写入 pickle。</translation>
    </message>
    <message>
        <source>The content type %1 is not supported yet by this version.</source>
        <translation>此版本尚不支持内容类型 %1。</translation>
    </message>
    <message>
        <source>There is no serializer &quot;%1&quot;. Known are: %2.</source>
        <translation>没有序列化器 “%1”。已知的有：%2。</translation>
    </message>
    <message>
        <source>Refusing to deserialize disabled content of type %1 (%2)</source>
        <translation>拒绝反序列化已禁用的内容，类型为 %1（%2）</translation>
    </message>
    <message>
        <source>Refusing to deserialize untrusted content of type %1 (%2)</source>
        <translation>拒绝反序列化不受信任的内容，类型为 %1（%2）</translation>
    </message>
    <message>
        <source>The body takes more memory than the limit of %1 bytes; it was not read.</source>
        <translation>消息体占用的内存超过 %1 字节的上限，未读取。</translation>
    </message>
    <message>
        <source>There is no serializer &quot;%1&quot;. Did you mean &quot;%2&quot;? Known are: %3.</source>
        <translation>没有序列化器“%1”。您是否想输入“%2”？已知的有：%3。</translation>
    </message>
</context>
<context>
    <name>Qombu::DeclaredExchanges</name>
    <message>
        <source>NOT_FOUND - no exchange &quot;%1&quot;</source>
        <translation>NOT_FOUND - 没有交换机 “%1”</translation>
    </message>
    <message>
        <source>Exchange &quot;%1&quot;: headers exchanges do not exist on this transport</source>
        <translation>交换机 “%1”：此传输方式没有 headers 交换机</translation>
    </message>
    <message>
        <source>PRECONDITION_FAILED - exchange &quot;%1&quot; exists with another %2</source>
        <translation>PRECONDITION_FAILED - 交换机 “%1” 已存在，但 %2 不同</translation>
    </message>
    <message>
        <source>ACCESS_REFUSED - exchange &quot;%1&quot; has a name that is reserved for the broker: choose one that does not begin with &quot;amq.&quot;</source>
        <translation>ACCESS_REFUSED - 交换机“%1”的名称为消息代理保留：请选择不以“amq.”开头的名称</translation>
    </message>
</context>
<context>
    <name>Qombu::EngineConsumer</name>
    <message>
        <source>Broadcasts for &quot;%1&quot; are dropped: %2 of them (%3 bytes) wait for its consumer, and the broker keeps none. Resume the consumer, settle its messages sooner, or allow it more with setPrefetchCount() and setPrefetchBytes().</source>
        <translation>发往 “%1” 的广播正在被丢弃：已有 %2 条（%3 字节）在等待它的消费者，而消息代理不会保存广播。请恢复该消费者，更早地确认其消息，或用 setPrefetchCount() 和 setPrefetchBytes() 允许更多。</translation>
    </message>
    <message>
        <source>This broker cannot limit unsettled messages by bytes: set a prefetch count of 1 or more.</source>
        <translation>此消息代理不能按字节限制未处理的消息：请把预取条数设为 1 或更大。</translation>
    </message>
    <message>
        <source>The queue &quot;%1&quot; was removed.</source>
        <translation>队列 “%1” 已被删除。</translation>
    </message>
</context>
<context>
    <name>Qombu::Envelope</name>
    <message>
        <source>The envelope&apos;s &quot;%1&quot; has a value of the wrong type.</source>
        <translation>信封的 “%1” 的值类型不对。</translation>
    </message>
    <message>
        <source>The envelope is no JSON object.</source>
        <translation>信封不是 JSON 对象。</translation>
    </message>
    <message>
        <source>The body encoding &quot;%1&quot; is not known. Kombu writes base64 or utf-8.</source>
        <translation>未知的正文编码 “%1”。Kombu 写入的是 base64 或 utf-8。</translation>
    </message>
    <message>
        <source>The body is not valid base64.</source>
        <translation>正文不是有效的 base64。</translation>
    </message>
    <message>
        <source>The envelope has no &quot;properties&quot;.</source>
        <translation>信封缺少 “properties”。</translation>
    </message>
    <message>
        <source>The envelope has no &quot;delivery_tag&quot;.</source>
        <translation>信封缺少 “delivery_tag”。</translation>
    </message>
    <message>
        <source>The envelope has no &quot;delivery_info&quot;.</source>
        <translation>信封缺少 “delivery_info”。</translation>
    </message>
    <message>
        <source>The envelope&apos;s &quot;delivery_info&quot; lacks exchange or routing_key.</source>
        <translation>信封的 “delivery_info” 缺少 exchange 或 routing_key。</translation>
    </message>
</context>
<context>
    <name>Qombu::HttpClient</name>
    <message>
        <source>the method of an HTTP request has capitals only.</source>
        <translation>HTTP 请求的方法只有大写字母。</translation>
    </message>
    <message>
        <source>the content type of an HTTP request has no control characters.</source>
        <translation>HTTP 请求的内容类型没有控制字符。</translation>
    </message>
    <message>
        <source>this is no URL of an HTTP server: it needs http or https, a host, and nothing behind its path.</source>
        <translation>这不是 HTTP 服务器的 URL：需要 http 或 https、主机，且路径之后没有内容。</translation>
    </message>
    <message>
        <source>the path &quot;%1&quot; cannot be sent over HTTP as it is.</source>
        <translation>路径 &quot;%1&quot; 不能原样通过 HTTP 发送。</translation>
    </message>
    <message>
        <source>a user name with a colon cannot be sent over HTTP.</source>
        <translation>带冒号的用户名不能通过 HTTP 发送。</translation>
    </message>
    <message>
        <source>a user name or password with control characters cannot be sent over HTTP.</source>
        <translation>带控制字符的用户名或密码不能通过 HTTP 发送。</translation>
    </message>
    <message>
        <source>no answer within %1 s</source>
        <translation>%1 秒内没有回答</translation>
    </message>
    <message>
        <source>%1 has not answered within %2 s.</source>
        <translation>%1 在 %2 秒内没有回答。</translation>
    </message>
    <message>
        <source>%1 has not sent its whole answer within %2 s.</source>
        <translation>%1 在 %2 秒内没有发完回答。</translation>
    </message>
    <message>
        <source>the host name is not known</source>
        <translation>主机名未知</translation>
    </message>
    <message>
        <source>closed by the peer</source>
        <translation>被对方关闭</translation>
    </message>
    <message>
        <source>ended without an answer. It may demand a client certificate, which ssl_certfile and ssl_keyfile name.</source>
        <translation>没有回答就结束了。它可能要求客户端证书，由 ssl_certfile 和 ssl_keyfile 指明。</translation>
    </message>
    <message>
        <source>ended without an answer. Does HTTP answer at this port?</source>
        <translation>没有回答就结束了。这个端口上回答的是 HTTP 吗？</translation>
    </message>
    <message>
        <source>could not connect to %1 — %2</source>
        <translation>无法连接到 %1 — %2</translation>
    </message>
    <message>
        <source>lost the connection to %1 — %2</source>
        <translation>与 %1 的连接断开 — %2</translation>
    </message>
    <message>
        <source>the answer of %1 is larger than the limit of %2 bytes.</source>
        <translation>%1 的回答大于 %2 字节的上限。</translation>
    </message>
    <message>
        <source>%1 has encoded its answer as &quot;%2&quot;, which nobody asked for.</source>
        <translation>%1 把回答编码为 &quot;%2&quot;，而没有人这样要求。</translation>
    </message>
</context>
<context>
    <name>Qombu::Json</name>
    <message>
        <source>Not valid JSON at byte %1: %2</source>
        <translation>第 %1 字节处不是有效的 JSON：%2</translation>
    </message>
    <message>
        <source>The JSON text is not valid UTF-8.</source>
        <translation>JSON 文本不是有效的 UTF-8。</translation>
    </message>
    <message>
        <source>The JSON text is nested deeper than the limit of %1 levels.</source>
        <translation>JSON 文本的嵌套超过了 %1 层的限制。</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no number.</source>
        <translation>“%1” 不是数字。</translation>
    </message>
    <message>
        <source>The value is nested deeper than 512 levels (at %1).</source>
        <translation>值的嵌套超过 512 层（位于 %1）。</translation>
    </message>
    <message>
        <source>JSON cannot hold a value of type %1 (at %2).</source>
        <translation>JSON 不能容纳类型为 %1 的值（位于 %2）。</translation>
    </message>
    <message>
        <source>JSON has no infinity and no &quot;not a number&quot; (at %1).</source>
        <translation>JSON 没有无穷大，也没有 “非数字”（位于 %1）。</translation>
    </message>
    <message>
        <source>The exact integer is no integer (at %1).</source>
        <translation>精确整数不是整数（位于 %1）。</translation>
    </message>
    <message>
        <source>There are more values in it than the limit of %1.</source>
        <translation>其中的值超过了 %1 个的限制。</translation>
    </message>
</context>
<context>
    <name>Qombu::Link</name>
    <message>
        <source>This broker does not tell who consumes.</source>
        <translation>此消息代理不告知有哪些消费者。</translation>
    </message>
    <message>
        <source>This broker cannot replace the secret of an open connection.</source>
        <translation>此消息代理不能更换已打开连接的密钥。</translation>
    </message>
    <message>
        <source>This broker has no quarantine.</source>
        <translation>此消息代理没有隔离区。</translation>
    </message>
    <message>
        <source>Not all queues were looked at: the order is that of those that were.</source>
        <translation>没有查看所有队列：顺序只是已查看的那些的。</translation>
    </message>
    <message>
        <source>This kind of broker has no connections, channels and policies to show.</source>
        <translation>这种代理没有可显示的连接、通道和策略。</translation>
    </message>
    <message>
        <source>Too many queues have &quot;%1&quot; in their names.</source>
        <translation>名称中含有 &quot;%1&quot; 的队列太多。</translation>
    </message>
    <message>
        <source>There is no queue &quot;%1&quot;.</source>
        <translation>没有队列 &quot;%1&quot;。</translation>
    </message>
</context>
<context>
    <name>Qombu::MemoryBroker</name>
    <message>
        <source>No queue is bound to exchange &quot;%1&quot; for routing key &quot;%2&quot;</source>
        <translation>没有队列以路由键 “%2” 绑定到交换机 “%1”</translation>
    </message>
    <message>
        <source>The broker in memory is full (maximum_bytes is %1): the message for exchange &quot;%2&quot;, routing key &quot;%3&quot; was refused</source>
        <translation>内存中的消息代理已满（maximum_bytes 为 %1）：发往交换机 “%2”、路由键 “%3” 的消息被拒绝</translation>
    </message>
</context>
<context>
    <name>Qombu::MemoryExchanges</name>
    <message>
        <source>NOT_FOUND - no exchange &quot;%1&quot;</source>
        <translation>NOT_FOUND - 没有交换机 “%1”</translation>
    </message>
    <message>
        <source>PRECONDITION_FAILED - exchange &quot;%1&quot; has bindings</source>
        <translation>PRECONDITION_FAILED - 交换机 “%1” 有绑定</translation>
    </message>
    <message>
        <source>ACCESS_REFUSED - nothing can be bound to the default exchange</source>
        <translation>ACCESS_REFUSED - 默认交换机上不能建立绑定</translation>
    </message>
    <message>
        <source>A binding of exchange &quot;%1&quot; leads nowhere: name a queue or another exchange</source>
        <translation>交换机“%1”的绑定没有目标：请指明一个队列或另一个交换机</translation>
    </message>
</context>
<context>
    <name>Qombu::MemoryLink</name>
    <message>
        <source>There is no connection to the broker</source>
        <translation>没有与消息代理的连接</translation>
    </message>
    <message>
        <source>memory:// does not expire or limit anything: queue &quot;%1&quot; asks for it in vain</source>
        <translation>memory:// 不支持过期和限量：队列 “%1” 的这些设置不起作用</translation>
    </message>
    <message>
        <source>NOT_FOUND - queue &quot;%1&quot; was deleted</source>
        <translation>NOT_FOUND - 队列 “%1” 已被删除</translation>
    </message>
</context>
<context>
    <name>Qombu::MemorySession</name>
    <message>
        <source>ACCESS_REFUSED - queue &quot;%1&quot; is consumed exclusively, or by others where this consumer wants to be alone</source>
        <translation>ACCESS_REFUSED - 队列 “%1” 正被独占消费，或此消费者要求独占而已有其他消费者</translation>
    </message>
</context>
<context>
    <name>Qombu::MemoryTopology</name>
    <message>
        <source>PRECONDITION_FAILED - queue &quot;%1&quot; exists with another %2</source>
        <translation>PRECONDITION_FAILED - 队列 “%1” 已存在，但 %2 不同</translation>
    </message>
    <message>
        <source>NOT_FOUND - no queue &quot;%1&quot;</source>
        <translation>NOT_FOUND - 没有队列 “%1”</translation>
    </message>
    <message>
        <source>PRECONDITION_FAILED - queue &quot;%1&quot; has consumers</source>
        <translation>PRECONDITION_FAILED - 队列 “%1” 有消费者</translation>
    </message>
    <message>
        <source>PRECONDITION_FAILED - queue &quot;%1&quot; is not empty</source>
        <translation>PRECONDITION_FAILED - 队列 “%1” 不为空</translation>
    </message>
    <message>
        <source>RESOURCE_LOCKED - queue &quot;%1&quot; is exclusive to another connection</source>
        <translation>RESOURCE_LOCKED - 队列 “%1” 由另一个连接独占</translation>
    </message>
</context>
<context>
    <name>Qombu::MemoryTransport</name>
    <message>
        <source>Transport option maximum_bytes must be a number of bytes, not &quot;%1&quot;</source>
        <translation>传输选项 maximum_bytes 必须是字节数，而不是 “%1”</translation>
    </message>
</context>
<context>
    <name>Qombu::Message</name>
    <message>
        <source>The message was delivered without acknowledgement; the broker has forgotten it. Publish it again instead.</source>
        <translation>此消息以无需确认的方式投递，消息代理已不再记得它。请改为重新发布。</translation>
    </message>
    <message>
        <source>The message was already acknowledged, rejected or requeued.</source>
        <translation>此消息已被确认、拒绝或重新入队。</translation>
    </message>
    <message>
        <source>The connection that delivered the message is closed; the broker will deliver it again.</source>
        <translation>投递此消息的连接已关闭；消息代理会再次投递它。</translation>
    </message>
    <message>
        <source>The message was not delivered by a broker: there is nothing to settle.</source>
        <translation>此消息并非由消息代理投递：没有什么可确认的。</translation>
    </message>
</context>
<context>
    <name>Qombu::OptionValues</name>
    <message>
        <source>The option &quot;%1&quot; must be %2, not &quot;%3&quot;</source>
        <translation>选项 “%1” 必须是%2，而不是 “%3”</translation>
    </message>
    <message>
        <source>%1 has no option &quot;%2&quot;</source>
        <translation>%1 没有选项“%2”</translation>
    </message>
    <message>
        <source>%1; its options are %2</source>
        <translation>%1；它的选项有 %2</translation>
    </message>
    <message>
        <source>%1; did you mean &quot;%2&quot;?</source>
        <translation>%1；您是否想写 “%2”？</translation>
    </message>
    <message>
        <source>Options of Kombu that mean nothing here: %1</source>
        <translation>这些 Kombu 选项在此不起作用：%1</translation>
    </message>
    <message>
        <source>true or false</source>
        <translation>true 或 false</translation>
    </message>
    <message>
        <source>a number of seconds above 0</source>
        <translation>大于 0 的秒数</translation>
    </message>
    <message>
        <source>a number of seconds, 0 or more</source>
        <translation>大于或等于 0 的秒数</translation>
    </message>
    <message>
        <source>a whole number from %1 to %2</source>
        <translation>%1 到 %2 之间的整数</translation>
    </message>
    <message>
        <source>a number of messages above 0</source>
        <translation>大于 0 的消息数</translation>
    </message>
    <message>
        <source>a text that is not empty</source>
        <translation>非空文本</translation>
    </message>
    <message>
        <source>the name of a file</source>
        <translation>文件名</translation>
    </message>
    <message>
        <source>one of %1</source>
        <translation>%1 之一</translation>
    </message>
    <message>
        <source>true, false, or a map of options</source>
        <translation>true、false 或选项的映射</translation>
    </message>
    <message>
        <source>true, as the URL or other options ask for TLS</source>
        <translation>true，因为 URL 或其他选项要求 TLS</translation>
    </message>
</context>
<context>
    <name>Qombu::Pending</name>
    <message>
        <source>No answer came within %1 ms.</source>
        <translation>在 %1 毫秒内没有得到答复。</translation>
    </message>
    <message>
        <source>The operation was given up before an answer came.</source>
        <translation>在得到答复之前，操作已被放弃。</translation>
    </message>
</context>
<context>
    <name>Qombu::Producer</name>
    <message>
        <source>The connection is being closed.</source>
        <translation>连接正在关闭。</translation>
    </message>
    <message>
        <source>The message has %1 bytes; at most %2 are allowed.</source>
        <translation>消息有 %1 字节；最多允许 %2 字节。</translation>
    </message>
    <message>
        <source>%1 messages of %2 bytes wait for the broker already; the buffer is full.</source>
        <translation>已有 %1 条消息共 %2 字节在等待消息代理；缓冲区已满。</translation>
    </message>
    <message>
        <source>A message was not published, and its Producer is gone:</source>
        <translation>有一条消息未能发布，而其 Producer 已不存在：</translation>
    </message>
    <message>
        <source>The queue has no name yet: declare it, or start its consumer, before publishing to it.</source>
        <translation>队列还没有名称：请先声明它，或启动它的消费者，再向它发布。</translation>
    </message>
    <message>
        <source>The connection broke before the broker confirmed the message: it may have it or not.</source>
        <translation>连接在消息代理确认此消息之前中断：消息代理可能已收到，也可能没有。</translation>
    </message>
    <message>
        <source>The broker refused another message before it confirmed this one: it may have it or not.</source>
        <translation>代理在确认这条消息之前拒绝了另一条消息：它可能已收到这条消息，也可能没有。</translation>
    </message>
    <message>
        <source>The broker may have the message or not.</source>
        <translation>代理可能已收到这条消息，也可能没有。</translation>
    </message>
    <message>
        <source>The message was not sent.</source>
        <translation>消息没有发送。</translation>
    </message>
    <message>
        <source>It may have the message from an earlier attempt.</source>
        <translation>它可能已在之前的尝试中收到这条消息。</translation>
    </message>
    <message>
        <source>The broker did not confirm the message within %1 ms: it may have it or not.</source>
        <translation>代理在 %1 毫秒内没有确认这条消息：它可能已收到，也可能没有。</translation>
    </message>
    <message>
        <source>The broker did not take the message within %1 ms.</source>
        <translation>代理在 %1 毫秒内没有接收这条消息。</translation>
    </message>
    <message>
        <source>The message could not be sent within %1 ms.</source>
        <translation>消息在 %1 毫秒内无法发送。</translation>
    </message>
    <message>
        <source>This broker keeps no message back. Publish it when it is due, by a timer, or let its receiver wait, as Celery&apos;s workers do for the header &quot;eta&quot;.</source>
        <translation>此代理不会延后消息。请到时再用定时器发布，或让接收者等待，就像 Celery 的 worker 对 &quot;eta&quot; 头所做的那样。</translation>
    </message>
    <message>
        <source>A queue without a name may have another when the message is due: give it a name to publish to it with a delay.</source>
        <translation>没有名称的队列在消息到期时可能有另一个名称：要带延迟发布到它，请给它一个名称。</translation>
    </message>
</context>
<context>
    <name>Qombu::Redis</name>
    <message>
        <source>%1 &quot;%2&quot; contains the separator of binding sets</source>
        <translation>%1 “%2” 含有绑定集合的分隔符</translation>
    </message>
    <message>
        <source>A queue without a name cannot be bound</source>
        <translation>没有名称的队列不能绑定</translation>
    </message>
    <message>
        <source>The queue name</source>
        <translation>队列名</translation>
    </message>
    <message>
        <source>The routing key</source>
        <translation>路由键</translation>
    </message>
    <message>
        <source>Redis has no headers exchanges</source>
        <translation>Redis 没有 headers 交换机</translation>
    </message>
    <message>
        <source>An element of queue &quot;%1&quot; is no message</source>
        <translation>队列 “%1” 中的一个元素不是消息</translation>
    </message>
    <message>
        <source>Redis answered a claim with something else</source>
        <translation>Redis 对领取请求的答复不符合预期</translation>
    </message>
    <message>
        <source>There is no connection to the Redis server</source>
        <translation>没有与 Redis 服务器的连接</translation>
    </message>
    <message>
        <source>NOT_ALLOWED - this channel has a consumer already</source>
        <translation>NOT_ALLOWED - 此通道已有一个消费者</translation>
    </message>
    <message>
        <source>Redis does not know who else consumes: a consumer cannot be the only one of a queue</source>
        <translation>Redis 不知道还有谁在消费：消费者不能独占队列</translation>
    </message>
    <message>
        <source>The consumer was cancelled</source>
        <translation>消费者已被取消</translation>
    </message>
    <message>
        <source>Redis is still loading its data (%2); it is tried again</source>
        <translation>Redis 仍在加载数据（%2）；将会重试</translation>
    </message>
    <message>
        <source>A script keeps Redis busy (%2); it is tried again</source>
        <translation>有脚本占用着 Redis（%2）；将会重试</translation>
    </message>
    <message>
        <source>The Redis cluster moves its keys (%2); it is tried again</source>
        <translation>Redis 集群正在迁移键（%2）；将会重试</translation>
    </message>
    <message>
        <source>The Redis cluster is down (%2); it is tried again</source>
        <translation>Redis 集群已停止服务（%2）；将会重试</translation>
    </message>
    <message>
        <source>Redis has too few replicas to write (%2)</source>
        <translation>Redis 的副本太少，不能写入（%2）</translation>
    </message>
    <message>
        <source>Redis has no room for another client (%2): raise maxclients there</source>
        <translation>Redis 无法再接受客户端（%2）：请在服务器上提高 maxclients</translation>
    </message>
    <message>
        <source>This Redis server is a replica and takes no writes (%2): connect to its master</source>
        <translation>此 Redis 服务器是副本，不接受写入（%2）：请连接到它的主服务器</translation>
    </message>
    <message>
        <source>This Redis replica has lost its master (%2)</source>
        <translation>此 Redis 副本失去了主服务器（%2）</translation>
    </message>
    <message>
        <source>The role of this Redis server changed (%2)</source>
        <translation>此 Redis 服务器的角色已改变（%2）</translation>
    </message>
    <message>
        <source>Redis is out of memory and refuses writes (%2): raise maxmemory or consume messages</source>
        <translation>Redis 内存不足，拒绝写入（%2）：请提高 maxmemory 或消费消息</translation>
    </message>
    <message>
        <source>Redis cannot save to disk and refuses writes (%2): see its log</source>
        <translation>Redis 无法写入磁盘，拒绝写入（%2）：请查看它的日志</translation>
    </message>
    <message>
        <source>Redis has forgotten the script %1 (%2)</source>
        <translation>Redis 已不再保存脚本 %1（%2）</translation>
    </message>
    <message>
        <source>Redis does not accept this user name and password</source>
        <translation>Redis 不接受这个用户名和密码</translation>
    </message>
    <message>
        <source>grant the keys that %1 uses</source>
        <translation>请授予 %1 所用键的权限</translation>
    </message>
    <message>
        <source>grant the channels that %1 uses</source>
        <translation>请授予 %1 所用频道的权限</translation>
    </message>
    <message>
        <source>The Redis user &quot;%1&quot; may not run scripts: grant +evalsha +script|load</source>
        <translation>Redis 用户 “%1” 无权运行脚本：请授予 +evalsha +script|load</translation>
    </message>
    <message>
        <source>The Redis user &quot;%1&quot; may not do %2 (%3): %4</source>
        <translation>Redis 用户 “%1” 无权执行 %2（%3）：%4</translation>
    </message>
    <message>
        <source>Redis refused %1: %2</source>
        <translation>Redis 拒绝了 %1：%2</translation>
    </message>
    <message>
        <source>A broadcast for queue &quot;%1&quot; is no message: %2</source>
        <translation>发往队列 “%1” 的一条广播不是消息：%2</translation>
    </message>
    <message>
        <source>Messages that could not be put back before the link ended, and are lost: %1</source>
        <translation>连接结束前未能放回、因而丢失的消息数：%1</translation>
    </message>
    <message>
        <source>a list of ascending numbers from 0 to 9 that starts with 0</source>
        <translation>从 0 开始、由 0 到 9 的数字组成的升序列表</translation>
    </message>
    <message>
        <source>a number of messages above 0, or none</source>
        <translation>大于 0 的消息数，或 none</translation>
    </message>
    <message>
        <source>a number of seconds</source>
        <translation>秒数</translation>
    </message>
    <message>
        <source>true, false, or a text such as /{db}. with one dot, at its end</source>
        <translation>true、false，或形如 /{db}. 的文本（只有一个点，且在末尾）</translation>
    </message>
    <message>
        <source>true (a message that is held must not get lost)</source>
        <translation>true（被持有的消息不允许丢失）</translation>
    </message>
    <message>
        <source>Database is int between 0 and limit - 1, not %1</source>
        <translation>数据库必须是 0 到上限减 1 之间的整数，而不是 %1</translation>
    </message>
    <message>
        <source>Nobody listens to exchange &quot;%1&quot;</source>
        <translation>没有人监听交换机 “%1”</translation>
    </message>
    <message>
        <source>No queue is bound to exchange &quot;%1&quot; for key &quot;%2&quot;</source>
        <translation>没有队列以键 “%2” 绑定到交换机 “%1”</translation>
    </message>
    <message>
        <source>The bindings of exchange &quot;%1&quot; keep changing</source>
        <translation>交换机 “%1” 的绑定一直在变化</translation>
    </message>
    <message>
        <source>%1 bindings of exchange &quot;%2&quot; cannot be read and are skipped</source>
        <translation>交换机 “%2” 的 %1 个绑定无法读取，已跳过</translation>
    </message>
    <message>
        <source>its record is unreadable</source>
        <translation>其记录无法读取</translation>
    </message>
    <message>
        <source>no queue is bound to exchange &quot;%1&quot; for the key &quot;%2&quot;</source>
        <translation>没有队列以键 “%2” 绑定到交换机 “%1”</translation>
    </message>
    <message>
        <source>Redis has not answered for %1 seconds</source>
        <translation>Redis 已有 %1 秒没有答复</translation>
    </message>
    <message>
        <source>Redis sent a reply that nobody asked for</source>
        <translation>Redis 发来了无人请求的答复</translation>
    </message>
    <message>
        <source>A message could not be put back (%1); Redis returns it later</source>
        <translation>有一条消息无法放回（%1）；Redis 稍后会归还它</translation>
    </message>
    <message>
        <source>The Redis server did not let us in in time</source>
        <translation>Redis 服务器未能及时接受登录</translation>
    </message>
    <message>
        <source>The Redis user &quot;%1&quot; may not subscribe to __redis__:invalidate: queues are polled</source>
        <translation>Redis 用户 “%1” 无权订阅 __redis__:invalidate：改为轮询队列</translation>
    </message>
    <message>
        <source>This Redis server deletes any key when its memory is full (maxmemory-policy %1): messages can be lost. Set it to noeviction.</source>
        <translation>此 Redis 服务器在内存已满时会删除任意键（maxmemory-policy %1）：消息可能丢失。请设为 noeviction。</translation>
    </message>
    <message>
        <source>Redis refused CLIENT TRACKING: queues are polled. %1</source>
        <translation>Redis 拒绝了 CLIENT TRACKING：改为轮询队列。%1</translation>
    </message>
    <message>
        <source>A broadcast was dropped: %1</source>
        <translation>丢弃了一条广播：%1</translation>
    </message>
    <message>
        <source>There is no queue &quot;%1&quot;</source>
        <translation>没有队列 “%1”</translation>
    </message>
    <message>
        <source>The default exchange cannot be removed</source>
        <translation>默认交换机不能删除</translation>
    </message>
    <message>
        <source>The database has too many keys to look for the bindings of queue &quot;%1&quot;</source>
        <translation>数据库中的键太多，无法查找队列 “%1” 的绑定</translation>
    </message>
    <message>
        <source>Redis has no bindings from one exchange to another</source>
        <translation>Redis 没有交换机之间的绑定</translation>
    </message>
    <message>
        <source>ACCESS_REFUSED - nothing is bound to the default exchange: it routes by the queue&apos;s name</source>
        <translation>ACCESS_REFUSED - 默认交换机没有绑定：它按队列名路由</translation>
    </message>
    <message>
        <source>Redis does not know who consumes from queue &quot;%1&quot;: it cannot be removed on condition that nobody does</source>
        <translation>Redis 不知道谁在消费队列 “%1”：不能以“无人消费”为条件删除它</translation>
    </message>
    <message>
        <source>PRECONDITION_FAILED - queue &quot;%1&quot; is not empty</source>
        <translation>PRECONDITION_FAILED - 队列 “%1” 不为空</translation>
    </message>
    <message>
        <source>PRECONDITION_FAILED - exchange &quot;%1&quot; is in use</source>
        <translation>PRECONDITION_FAILED - 交换机 “%1” 正在使用</translation>
    </message>
    <message>
        <source>Redis Sentinel is not in this version yet: give the master&apos;s address</source>
        <translation>此版本尚不支持 Redis Sentinel：请给出主服务器的地址</translation>
    </message>
    <message>
        <source>This program gets the messages of queue &quot;%1&quot; again</source>
        <translation>此程序又能得到队列 “%1” 的消息了</translation>
    </message>
    <message>
        <source>Other programs get the messages of queue &quot;%1&quot; before this one does</source>
        <translation>其他程序先于此程序得到队列 “%1” 的消息</translation>
    </message>
    <message>
        <source>The Redis server does not speak its protocol: %1</source>
        <translation>Redis 服务器没有遵守协议：%1</translation>
    </message>
    <message>
        <source>The Redis server sent an endless line</source>
        <translation>Redis 服务器发来了没有结尾的行</translation>
    </message>
    <message>
        <source>The Redis server sent a length that is not a number</source>
        <translation>Redis 服务器发来的长度不是数字</translation>
    </message>
    <message>
        <source>The Redis server announced an element of %1 bytes; the limit is %2</source>
        <translation>Redis 服务器宣告了 %1 字节的元素；上限为 %2</translation>
    </message>
    <message>
        <source>The Redis server sent a reply of too many elements</source>
        <translation>Redis 服务器发来的答复元素过多</translation>
    </message>
    <message>
        <source>The Redis server sent a reply of more than %1 bytes</source>
        <translation>Redis 服务器发来的答复超过 %1 字节</translation>
    </message>
    <message>
        <source>The Redis server announced a reply of %1 elements</source>
        <translation>Redis 服务器宣告了含 %1 个元素的答复</translation>
    </message>
    <message>
        <source>arrays in more than %1 arrays</source>
        <translation>数组嵌套超过 %1 层</translation>
    </message>
    <message>
        <source>a type of RESP3</source>
        <translation>RESP3 的类型</translation>
    </message>
    <message>
        <source>Redis wants a password and the URL gives none: redis://user:password@…</source>
        <translation>Redis 要求密码，而 URL 没有给出：redis://user:password@…</translation>
    </message>
    <message>
        <source>It has %1 bytes, more than are read</source>
        <translation>它有 %1 字节，超出了读取上限</translation>
    </message>
    <message>
        <source>The leases of held messages cannot be renewed: others may get these messages, too. %1</source>
        <translation>无法续订所持有消息的租约：其他程序也可能得到这些消息。%1</translation>
    </message>
    <message>
        <source>The leases of held messages are renewed again; failed attempts: %1</source>
        <translation>所持有消息的租约又能续订了；失败次数：%1</translation>
    </message>
    <message>
        <source>Leases get no socket of their own, and are renewed over that of the commands: %1</source>
        <translation>租约得不到自己的套接字，改用命令的套接字续订：%1</translation>
    </message>
    <message>
        <source>Leases have a socket of their own again; failed attempts: %1</source>
        <translation>租约又有了自己的套接字；失败次数：%1</translation>
    </message>
    <message>
        <source>it has %1 bytes</source>
        <translation>它有 %1 字节</translation>
    </message>
    <message>
        <source>its record of %1 bytes cannot be read</source>
        <translation>其 %1 字节的记录无法读取</translation>
    </message>
    <message>
        <source>message &quot;%1&quot;: %2</source>
        <translation>消息 “%1”：%2</translation>
    </message>
    <message>
        <source>further queues</source>
        <translation>其他队列</translation>
    </message>
    <message>
        <source>Messages went back to %1, because others had held them for too long</source>
        <translation>消息已归还到 %1，因为其他程序持有它们的时间过长</translation>
    </message>
    <message>
        <source>Unacknowledged messages that cannot be given back and stay where they are: %1. The first is %2</source>
        <translation>无法归还而留在原处的未确认消息：%1 条。第一条是%2</translation>
    </message>
    <message>
        <source>Exchange &quot;%1&quot; was named without a type. Programs listen to it as to a fanout exchange, so messages are broadcast to them. Declare it with its type.</source>
        <translation>指定交换机“%1”时没有说明类型。有程序把它当作 fanout 交换机收听，因此消息会广播给它们。请声明该交换机的类型。</translation>
    </message>
    <message>
        <source>Exchange &quot;%1&quot; was named without a type and has a queue that is bound without a key; it is taken for a direct exchange. If it is a fanout exchange to which nobody listens now, nobody reads that queue: declare the exchange with its type.</source>
        <translation>指定交换机“%1”时没有说明类型，而有一个队列不带键绑定在它上面；它被当作 direct 交换机处理。如果它是目前无人收听的 fanout 交换机，就没有程序读取该队列：请声明该交换机的类型。</translation>
    </message>
    <message>
        <source>A queue on Redis must have a name</source>
        <translation>Redis 上的队列必须有名称</translation>
    </message>
    <message>
        <source>&quot;%1&quot; cannot be the name of a queue: it contains the separator of priority lists</source>
        <translation>“%1” 不能作为队列名：它含有优先级列表的分隔符</translation>
    </message>
    <message>
        <source>&quot;%1&quot; cannot be the name of a queue: messaging keeps its own records under this key. Choose another name.</source>
        <translation>“%1” 不能作为队列名：消息系统在这个键下保存自己的记录。请换一个名称。</translation>
    </message>
    <message>
        <source>Bindings to exchange &quot;%1&quot; had been deleted, and were made again: %2</source>
        <translation>交换机“%1”的绑定曾被删除，现已重新建立：%2</translation>
    </message>
    <message>
        <source>Exchange &quot;%1&quot; has too many bindings to read them: more than %2</source>
        <translation>交换机“%1”的绑定太多，无法读取：超过 %2 个</translation>
    </message>
    <message>
        <source>The Redis key &quot;%1&quot; is a %2 and not what Kombu keeps bindings in. Nothing was changed. Look what it is, and rename or delete it.</source>
        <translation>Redis 键“%1”是 %2，不是 Kombu 保存绑定的地方。没有做任何更改。请查看它是什么，然后重命名或删除它。</translation>
    </message>
    <message>
        <source>The Redis key &quot;%1&quot; is a %2 and no queue: something else uses this name. Nothing was changed. Choose another name for the queue, or rename or delete the key.</source>
        <translation>Redis 键“%1”是 %2，不是队列：有别的程序使用这个名称。没有做任何更改。请为队列换一个名称，或者重命名或删除该键。</translation>
    </message>
    <message>
        <source>Redis answered a move with something else</source>
        <translation>Redis 对移动的应答不符合预期</translation>
    </message>
    <message>
        <source>Messages that could not be given back or settled before the link ended: %1. Redis returns them when their time is over</source>
        <translation>连接结束前未能归还或结算的消息数：%1。到期后由 Redis 归还</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no Kombu queue: %2 elements in a row are no messages. They are in &quot;%3&quot; now; the others stay where they are</source>
        <translation>“%1”不是 Kombu 队列：连续 %2 个元素不是消息。它们现在位于“%3”，其余元素留在原处</translation>
    </message>
    <message>
        <source>An element of queue &quot;%1&quot; has %2 bytes; the limit is %3</source>
        <translation>队列“%1”的一个元素有 %2 字节；上限为 %3</translation>
    </message>
    <message>
        <source>Redis does not tell this program of new messages, because its user may not run EXISTS in scripts (%1): queues are polled</source>
        <translation>Redis 不会通知本程序有新消息，因为其用户不得在脚本中运行 EXISTS（%1）：改为轮询队列</translation>
    </message>
    <message>
        <source>Elements of queue &quot;%1&quot; are no messages, and were put away</source>
        <translation>队列“%1”中不是消息的元素已被移到一边</translation>
    </message>
    <message>
        <source>The next element of queue &quot;%1&quot; is no message, and could not be moved to &quot;%2&quot; (%3): it stays where it is, and so does what is behind it</source>
        <translation>队列“%1”的下一个元素不是消息，且无法移到“%2”（%3）：它及其后的内容都留在原处</translation>
    </message>
    <message>
        <source>The script %1 broke off inside Redis (%2)</source>
        <translation>脚本 %1 在 Redis 内部中断（%2）</translation>
    </message>
    <message>
        <source>A message was published to &quot;%1&quot; as to a fanout exchange and reached nobody: queues are bound to it as to a topic exchange. Declare it as topic.</source>
        <translation>一条消息按 fanout 交换机发布到“%1”，没有到达任何接收者：绑定到它的队列把它当作 topic 交换机。请将它声明为 topic。</translation>
    </message>
    <message>
        <source>A message was published to &quot;%1&quot; as to a fanout exchange and reached nobody: queues are bound to it by key, as to a direct exchange. Declare it as direct.</source>
        <translation>一条消息按 fanout 交换机发布到“%1”，没有到达任何接收者：队列按键绑定到它，把它当作 direct 交换机。请将它声明为 direct。</translation>
    </message>
    <message>
        <source>Something else uses the name of a Redis key that is needed (%2)</source>
        <translation>有别的程序使用了所需 Redis 键的名称（%2）</translation>
    </message>
    <message>
        <source>The Redis key &quot;%1&quot; is a %2 and not what messaging keeps there: something else uses this name. Look what it is, and rename or delete it.</source>
        <translation>Redis 键“%1”是 %2，不是消息系统保存在那里的内容：有别的程序使用这个名称。请查看它是什么，并重命名或删除它。</translation>
    </message>
    <message>
        <source>One of these Redis keys is not what messaging keeps there: %1. Something else uses its name. Look what it is, and rename or delete it.</source>
        <translation>这些 Redis 键中有一个不是消息系统保存在那里的内容：%1。有别的程序使用它的名称。请查看它是什么，并重命名或删除它。</translation>
    </message>
    <message>
        <source>Redis answered a look with something else</source>
        <translation>Redis 对查看的应答不符合预期</translation>
    </message>
    <message>
        <source>Bindings cannot be read, in sets: %1. The first is &quot;%2&quot;: %3</source>
        <translation>有 %1 个集合中的绑定无法读取。第一个是“%2”：%3</translation>
    </message>
    <message>
        <source>Queues whose messages cannot be counted: %1. The first is &quot;%2&quot;: %3</source>
        <translation>有 %1 个队列的消息无法计数。第一个是“%2”：%3</translation>
    </message>
    <message>
        <source>Held messages cannot be counted by queue, from &quot;%1&quot;: %2</source>
        <translation>无法从“%1”按队列统计未确认的消息：%2</translation>
    </message>
    <message>
        <source>Messages cannot be shown, in lists: %1. The first is &quot;%2&quot;: %3</source>
        <translation>有 %1 个列表中的消息无法显示。第一个是“%2”：%3</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no Kombu queue: of the elements that come next none is a message (%2 were looked at). Nothing was changed</source>
        <translation>“%1”不是 Kombu 队列：接下来的元素中没有一个是消息（查看了 %2 个）。未做任何更改</translation>
    </message>
    <message>
        <source>Queue &quot;%1&quot; gives nothing any more, and is asked again from time to time: %2</source>
        <translation>队列“%1”不再给出消息，将不时重新尝试：%2</translation>
    </message>
    <message>
        <source>Queue &quot;%1&quot; is consumed from again</source>
        <translation>已恢复消费队列“%1”</translation>
    </message>
    <message>
        <source>The bindings of exchange &quot;%1&quot; cannot be compared when a message is published, so that a change of them may come late: %2</source>
        <translation>发布消息时无法核对交换机“%1”的绑定，因此绑定的更改可能延迟生效：%2</translation>
    </message>
    <message>
        <source>The next element of queue &quot;%1&quot; is no message, and &quot;%2&quot; is full (%3 elements): it stays where it is, and so does what is behind it. Look with &quot;qombu quarantine %1&quot;, make room with &quot;qombu drop-quarantined %1 --all&quot; or raise quarantine_limit, and consume again</source>
        <translation>队列“%1”的下一个元素不是消息，而“%2”已满（%3 个元素）：它及其后的内容都留在原处。请用“qombu quarantine %1”查看，用“qombu drop-quarantined %1 --all”腾出空间或提高 quarantine_limit，然后重新消费</translation>
    </message>
    <message>
        <source>Message &quot;%1&quot; is held by a program that does not tell whether it lives, such as Kombu: if it does, the message is worked on twice. Only force returns it</source>
        <translation>消息“%1”由一个不表明自己是否存活的程序（例如 Kombu）持有：如果它存活，该消息会被处理两次。只有强制才会归还它</translation>
    </message>
    <message>
        <source>Message &quot;%1&quot; is held by this very connection: settle it</source>
        <translation>消息“%1”正由此连接本身持有：请处理它</translation>
    </message>
    <message>
        <source>Whether the holder of message &quot;%1&quot; lives cannot be said, because the server does not tell its time: grant +time</source>
        <translation>无法得知消息“%1”的持有者是否存活，因为服务器不告知其时间：请授予 +time</translation>
    </message>
    <message>
        <source>The holder %1 lives: it renewed the lease of message &quot;%2&quot; %3 s ago. End it and try again in a minute, or use force: then the message may be worked on twice</source>
        <translation>持有者 %1 存活：它在 %3 秒前续订了消息“%2”的租约。请结束它并在一分钟后重试，或使用强制：那样该消息可能会被处理两次</translation>
    </message>
    <message>
        <source>Message &quot;%1&quot; stays where it is: %2</source>
        <translation>消息“%1”留在原处：%2</translation>
    </message>
    <message>
        <source>The holder renews its leases all the time: it lives. Try again</source>
        <translation>持有者一直在续订租约：它存活。请重试</translation>
    </message>
    <message>
        <source>There are more than are looked at at once: try again</source>
        <translation>数量超过一次所能查看的：请重试</translation>
    </message>
    <message>
        <source>Nothing is held by &quot;%1&quot;</source>
        <translation>“%1”没有持有任何消息</translation>
    </message>
    <message>
        <source>No message is held under the tag &quot;%1&quot;</source>
        <translation>没有以标签“%1”持有的消息</translation>
    </message>
    <message>
        <source>%1 messages were returned, others not: %2</source>
        <translation>已归还 %1 条消息，其余没有：%2</translation>
    </message>
    <message>
        <source>The quarantine of queue &quot;%1&quot; changes all the time: stop its consumers first, and try again</source>
        <translation>队列“%1”的隔离区一直在变化：请先停止其消费者，然后重试</translation>
    </message>
    <message>
        <source>%1 elements are back in queue &quot;%2&quot;, the others stay in its quarantine: %3</source>
        <translation>%1 个元素已回到队列“%2”，其余留在其隔离区：%3</translation>
    </message>
    <message>
        <source>Nothing is in the quarantine of queue &quot;%1&quot;</source>
        <translation>队列“%1”的隔离区中没有任何内容</translation>
    </message>
    <message>
        <source>There is no element &quot;%1&quot; in the quarantine of queue &quot;%2&quot;</source>
        <translation>队列“%2”的隔离区中没有元素“%1”</translation>
    </message>
    <message>
        <source>There are ≥ %1, and the first %2 are shown: a look ends after %3 MiB</source>
        <translation>共有 ≥ %1 条，只显示前 %2 条：一次查看到 %3 MiB 为止</translation>
    </message>
    <message>
        <source>grant %1</source>
        <translation>请授予 %1</translation>
    </message>
    <message>
        <source>The Redis user &quot;%1&quot; may not do all that is needed here (%2): %3</source>
        <translation>Redis 用户 “%1” 没有此操作所需的全部权限（%2）：%3</translation>
    </message>
    <message>
        <source>What consumers that died hold cannot be given back: %1</source>
        <translation>已终止的消费者所持有的消息无法归还：%1</translation>
    </message>
    <message>
        <source>What consumers that died hold is given back again; failed attempts: %1</source>
        <translation>已终止的消费者所持有的消息又能归还了；失败次数：%1</translation>
    </message>
    <message>
        <source>There is no TLS over a unix socket: take it off the URL, or name a host instead</source>
        <translation>unix 套接字上没有 TLS：请从 URL 中去掉它，或改为指定主机</translation>
    </message>
</context>
<context>
    <name>Qombu::Result</name>
    <message>
        <source>The operation ended without an error and without an answer: a fault of the program.</source>
        <translation>操作既没有出错也没有结果：这是程序的缺陷。</translation>
    </message>
</context>
<context>
    <name>Qombu::Serializer</name>
    <message>
        <source>There is no serializer.</source>
        <translation>没有序列化器。</translation>
    </message>
    <message>
        <source>Pickles are never read: they can run code.</source>
        <translation>从不读取 pickle：它们可以运行代码。</translation>
    </message>
</context>
<context>
    <name>Qombu::SimpleQueue</name>
    <message>
        <source>No message came within %1 ms.</source>
        <translation>在 %1 毫秒内没有消息到来。</translation>
    </message>
</context>
<context>
    <name>Qombu::TlsConfiguration</name>
    <message>
        <source>%1 — %2 %3</source>
        <translation>%1 — %2%3</translation>
    </message>
    <message>
        <source>(option %1)</source>
        <translation>（选项 %1）</translation>
    </message>
    <message>
        <source>this file cannot be read: %1.</source>
        <translation>无法读取这个文件：%1。</translation>
    </message>
    <message>
        <source>this file is too large to hold certificates.</source>
        <translation>这个文件太大，不可能是证书文件。</translation>
    </message>
    <message>
        <source>there is no certificate in this file. It needs one in PEM form, which begins with -----BEGIN CERTIFICATE-----.</source>
        <translation>这个文件中没有证书。它需要 PEM 格式的证书，以 -----BEGIN CERTIFICATE----- 开头。</translation>
    </message>
    <message>
        <source>there is no private key in this file.</source>
        <translation>这个文件中没有私钥。</translation>
    </message>
    <message>
        <source>there is no private key beside the certificate. Name the file of the key: ssl_keyfile.</source>
        <translation>证书旁边没有私钥。请指定私钥文件：ssl_keyfile。</translation>
    </message>
    <message>
        <source>the private key in this file cannot be used. It must be of RSA or of an elliptic curve, in PEM form.</source>
        <translation>这个文件中的私钥无法使用。它必须是 PEM 格式的 RSA 或椭圆曲线私钥。</translation>
    </message>
    <message>
        <source>the private key has a password. Give it: ssl_keyfile_password.</source>
        <translation>私钥有密码。请给出：ssl_keyfile_password。</translation>
    </message>
    <message>
        <source>ssl_keyfile_password is not the password of this private key.</source>
        <translation>ssl_keyfile_password 不是这个私钥的密码。</translation>
    </message>
    <message>
        <source>ssl_keyfile names a private key, and nothing names its certificate. Give it: ssl_certfile.</source>
        <translation>ssl_keyfile 指定了私钥，但没有指定它的证书。请给出：ssl_certfile。</translation>
    </message>
    <message>
        <source>the private key in %1 does not belong to the first certificate in this file.</source>
        <translation>%1 中的私钥不属于这个文件中的第一个证书。</translation>
    </message>
    <message>
        <source>Qt cannot do TLS here: its plug-in for OpenSSL, in plugins/tls of Qt, or OpenSSL itself is missing. Install them, or use a URL without TLS.</source>
        <translation>Qt 在这里无法使用 TLS：缺少 Qt 的 plugins/tls 中的 OpenSSL 插件，或缺少 OpenSSL 本身。请安装它们，或使用不带 TLS 的 URL。</translation>
    </message>
    <message>
        <source>This connection is not safe: the certificate of the server is not verified (ssl_cert_reqs=none), so anybody in between can read and change what is sent.</source>
        <translation>这个连接不安全：没有验证服务器的证书（ssl_cert_reqs=none），因此中间的任何人都可以读取和更改所发送的内容。</translation>
    </message>
    <message>
        <source>This connection is not safe: any server with a trusted certificate can pose as the broker (ssl_check_hostname=false), and read and change what is sent.</source>
        <translation>这个连接不安全：任何拥有受信任证书的服务器都可以冒充代理（ssl_check_hostname=false），读取和更改所发送的内容。</translation>
    </message>
</context>
<context>
    <name>Qombu::TlsRefusal</name>
    <message>
        <source>a certificate without a name</source>
        <translation>没有名称的证书</translation>
    </message>
    <message>
        <source>an authority without a name</source>
        <translation>没有名称的颁发机构</translation>
    </message>
    <message>
        <source>no host at all</source>
        <translation>没有任何主机</translation>
    </message>
    <message>
        <source>Qt cannot do TLS as the options say it: %1</source>
        <translation>Qt 无法按选项的要求使用 TLS：%1</translation>
    </message>
    <message>
        <source>Qt cannot do TLS as the options say it; look at ssl_ciphers, &quot;%1&quot;, which needs names as OpenSSL has them: %2</source>
        <translation>Qt 无法按选项的要求使用 TLS；请检查 ssl_ciphers“%1”，它需要 OpenSSL 的名称：%2</translation>
    </message>
    <message>
        <source>no TLS with %1 — %2</source>
        <translation>无法与 %1 建立 TLS — %2</translation>
    </message>
    <message>
        <source>this machine</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>%1 (ssl_ca_certs)</source>
        <translation>%1（ssl_ca_certs）</translation>
    </message>
    <message>
        <source>the server&apos;s certificate, %1, is signed by itself, and not trusted by %2. If it is the right one, name a file with it: ssl_ca_certs.</source>
        <translation>服务器的证书 %1 是自签名的，%2 不信任它。如果它是正确的，请指定包含它的文件：ssl_ca_certs。</translation>
    </message>
    <message>
        <source>the server&apos;s certificate comes from %1, which %2 does not trust. If it is right, name a file with the certificate of that authority: ssl_ca_certs.</source>
        <translation>服务器的证书来自 %1，而 %2 不信任它。如果它是正确的，请指定包含该颁发机构证书的文件：ssl_ca_certs。</translation>
    </message>
    <message>
        <source>the certificate %1 expired on %2. The server needs a new one.</source>
        <translation>证书 %1 已于 %2 过期。服务器需要新的证书。</translation>
    </message>
    <message>
        <source>the certificate %1 is valid from %2 on. Look at the clock of this machine, and at that of who made it.</source>
        <translation>证书 %1 自 %2 起有效。请检查本机的时钟，以及签发者的时钟。</translation>
    </message>
    <message>
        <source>the server&apos;s certificate is for %1, not for &quot;%2&quot;. Use that name in the URL, or say which is right: ssl_server_hostname.</source>
        <translation>服务器的证书适用于 %1，而不是“%2”。请在 URL 中使用那个名称，或说明哪个是正确的：ssl_server_hostname。</translation>
    </message>
    <message>
        <source>the server&apos;s certificate, %1, is not made for servers. It needs the purpose serverAuth.</source>
        <translation>服务器的证书 %1 不是为服务器制作的。它需要 serverAuth 用途。</translation>
    </message>
    <message>
        <source>the server showed no certificate.</source>
        <translation>服务器没有出示证书。</translation>
    </message>
    <message>
        <source>the certificate %1 is not accepted: %2.</source>
        <translation>证书 %1 不被接受：%2。</translation>
    </message>
    <message>
        <source>the server&apos;s certificate, %1, comes from %2. The certificate of that name in %3 (ssl_ca_certs), which is valid until %4, is another one, or has expired.</source>
        <translation>服务器的证书 %1 来自 %2。%3（ssl_ca_certs）中同名的证书有效期至 %4，它是另一个证书，或已过期。</translation>
    </message>
    <message>
        <source>the server&apos;s certificate, %1, comes from %2, and that one in %3 (ssl_ca_certs) from %4. Add the certificate of the authority that begins it.</source>
        <translation>服务器的证书 %1 来自 %2，而后者在 %3（ssl_ca_certs）中来自 %4。请添加位于起点的颁发机构的证书。</translation>
    </message>
    <message>
        <source>the server&apos;s certificate, %1, comes from %2, which %3 does not know. If it is right, name a file with the certificate of that authority: ssl_ca_certs. If only a certificate in between is missing, the server must send it.</source>
        <translation>服务器的证书 %1 来自 %2，而 %3 不认识它。如果它是正确的，请指定包含该颁发机构证书的文件：ssl_ca_certs。如果只是缺少中间证书，则服务器必须发送它。</translation>
    </message>
    <message>
        <source>it demands one</source>
        <translation>它要求提供证书</translation>
    </message>
    <message>
        <source>it does not accept it</source>
        <translation>它不接受该证书</translation>
    </message>
    <message>
        <source>it was revoked</source>
        <translation>该证书已被吊销</translation>
    </message>
    <message>
        <source>it has expired</source>
        <translation>该证书已过期</translation>
    </message>
    <message>
        <source>it does not know the authority that made it</source>
        <translation>它不认识签发该证书的机构</translation>
    </message>
    <message>
        <source>the server ended the handshake. It demands a client certificate, which ssl_certfile and ssl_keyfile name, or has no cipher in common with us (ssl_ciphers).</source>
        <translation>服务器结束了握手。它要求客户端证书（由 ssl_certfile 和 ssl_keyfile 指定），或与我们没有共同的密码套件（ssl_ciphers）。</translation>
    </message>
    <message>
        <source>the server ended the handshake: it has no cipher in common with us. Look at the ciphers of the server, and at ssl_ciphers.</source>
        <translation>服务器结束了握手：它与我们没有共同的密码套件。请检查服务器的密码套件和 ssl_ciphers。</translation>
    </message>
    <message>
        <source>the server has no version of TLS in common with us. It needs TLS %1 or later.</source>
        <translation>服务器与我们没有共同的 TLS 版本。它需要 TLS %1 或更高版本。</translation>
    </message>
    <message>
        <source>the server does not know the name &quot;%1&quot;. ssl_server_hostname says another.</source>
        <translation>服务器不认识名称“%1”。可用 ssl_server_hostname 指定另一个名称。</translation>
    </message>
    <message>
        <source>the server ended TLS: %1.</source>
        <translation>服务器结束了 TLS：%1。</translation>
    </message>
    <message>
        <source>the server demands a client certificate. Name the files of one that it accepts: ssl_certfile and ssl_keyfile.</source>
        <translation>服务器要求客户端证书。请指定它接受的证书文件：ssl_certfile 和 ssl_keyfile。</translation>
    </message>
    <message>
        <source>the server refused our certificate, %1: %2. Name one that it accepts: ssl_certfile.</source>
        <translation>服务器拒绝了我们的证书 %1：%2。请指定它接受的证书：ssl_certfile。</translation>
    </message>
    <message>
        <source>what answers there does not speak TLS. Is it the port for TLS, or does the URL want a scheme without it?</source>
        <translation>那里应答的不是 TLS。这是 TLS 端口吗？还是 URL 应使用不带 TLS 的方案？</translation>
    </message>
    <message>
        <source>the handshake failed: %1.</source>
        <translation>握手失败：%1。</translation>
    </message>
</context>
<context>
    <name>Qombu::TlsStream</name>
    <message>
        <source>lost the connection to %1 — %2</source>
        <translation>与 %1 的连接已断开 — %2</translation>
    </message>
    <message>
        <source>could not connect to %1 — %2</source>
        <translation>无法连接到 %1 — %2</translation>
    </message>
    <message>
        <source>no answer to the TLS handshake within %1 s. Does TLS answer at this port?</source>
        <translation>%1 秒内没有收到 TLS 握手的应答。这个端口应答 TLS 吗？</translation>
    </message>
    <message>
        <source>closed by the peer during the TLS handshake</source>
        <translation>在 TLS 握手期间被对方关闭</translation>
    </message>
    <message>
        <source>closed by the peer</source>
        <translation>被对方关闭</translation>
    </message>
</context>
<context>
    <name>Qombu::Topic</name>
    <message>
        <source>The binding key contains the two control characters that separate keys from queues.</source>
        <translation>绑定键中含有用来分隔键与队列的两个控制字符。</translation>
    </message>
    <message>
        <source>The binding key &quot;%1&quot; has a &apos;*&apos; or &apos;#&apos; inside the word &quot;%2&quot;. A wildcard must be a word by itself, between dots.</source>
        <translation>绑定键 “%1” 在单词 “%2” 中含有 “*” 或 “#”。通配符必须独自成为点与点之间的一个单词。</translation>
    </message>
</context>
<context>
    <name>Qombu::TransportRegistry</name>
    <message>
        <source>This build of Qombu has no %1 transport: it was switched off (%2=OFF).</source>
        <translation>此 Qombu 构建没有 %1 传输方式：构建时已将其关闭（%2=OFF）。</translation>
    </message>
    <message>
        <source>This build of Qombu has no %1 transport: %2 was not found when it was built (CMake&apos;s option %3).</source>
        <translation>此 Qombu 构建没有 %1 传输方式：构建时未找到 %2（CMake 选项 %3）。</translation>
    </message>
    <message>
        <source>There is no transport for &quot;%1://&quot;. Did you mean &quot;%2://&quot;?</source>
        <translation>没有用于 “%1://” 的传输方式。您是否想写 “%2://”？</translation>
    </message>
    <message>
        <source>There is no transport for &quot;%1://&quot;. Known are: %2.</source>
        <translation>没有用于 “%1://” 的传输方式。已知的有：%2。</translation>
    </message>
</context>
<context>
    <name>QombuQml::ProducerElement</name>
    <message>
        <source>The producer has no connection that is complete and active</source>
        <translation>Producer 没有完整且活动的连接</translation>
    </message>
    <message>
        <source>A producer publishes to one queue, not to %1</source>
        <translation>一个 Producer 只发布到一个队列，而不是 %1 个</translation>
    </message>
    <message>
        <source>Unknown option &quot;%1&quot;</source>
        <translation>未知的选项 “%1”</translation>
    </message>
    <message>
        <source>Option &quot;%1&quot; has the wrong type or range</source>
        <translation>选项 “%1” 的类型或范围不对</translation>
    </message>
</context>
<context>
    <name>QombuQml::QueueElement</name>
    <message>
        <source>A queue must be a name or a Queue element</source>
        <translation>队列必须是名称或 Queue 元素</translation>
    </message>
</context>
<context>
    <name>Socket</name>
    <message>
        <source>connection refused</source>
        <translation>连接被拒绝</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>没有答复</translation>
    </message>
    <message>
        <source>connection reset by the peer</source>
        <translation>连接被对方重置</translation>
    </message>
    <message>
        <source>the peer has closed the connection</source>
        <translation>对方已关闭连接</translation>
    </message>
    <message>
        <source>no route to the host</source>
        <translation>没有到主机的路由</translation>
    </message>
    <message>
        <source>the network is unreachable</source>
        <translation>网络不可达</translation>
    </message>
    <message>
        <source>no such socket</source>
        <translation>没有这个套接字</translation>
    </message>
    <message>
        <source>not a socket</source>
        <translation>不是套接字</translation>
    </message>
    <message>
        <source>permission denied</source>
        <translation>没有权限</translation>
    </message>
    <message>
        <source>the peer accepts no connection</source>
        <translation>对方不接受连接</translation>
    </message>
    <message>
        <source>too many open files</source>
        <translation>打开的文件过多</translation>
    </message>
    <message>
        <source>the path is too long for a socket</source>
        <translation>路径过长，不能用作套接字</translation>
    </message>
</context>
</TS>
